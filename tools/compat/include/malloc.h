/* SPDX-License-Identifier: GPL-2.0-only */
/* What wasi-libc's <malloc.h> leaves out. */
#ifndef KDISK_MALLOC_H
#define KDISK_MALLOC_H

#include_next <malloc.h>
#include <stddef.h>

void *memalign(size_t alignment, size_t size);

#endif
