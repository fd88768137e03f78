/* SPDX-License-Identifier: GPL-2.0-only */
/* What wasi-libc's <stdio.h> leaves out: pipes to commands, which fail with ENOSYS. */
#ifndef KDISK_STDIO_H
#define KDISK_STDIO_H

#include_next <stdio.h>

FILE *popen(const char *command, const char *mode);
int pclose(FILE *stream);

#endif
