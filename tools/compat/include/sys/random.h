/* SPDX-License-Identifier: GPL-2.0-only */
/* What wasi-libc's <sys/random.h> leaves out: getrandom(2), from the host's random numbers. */
#ifndef KDISK_SYS_RANDOM_H
#define KDISK_SYS_RANDOM_H

#include_next <sys/random.h>
#include <sys/types.h>

#define GRND_NONBLOCK 1
#define GRND_RANDOM 2

ssize_t getrandom(void *buffer, size_t length, unsigned int flags);

#endif
