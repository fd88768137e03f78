/* SPDX-License-Identifier: GPL-2.0-only */
/* What wasi-libc's <stdlib.h> leaves out: temporary files, memory at an alignment. */
#ifndef KDISK_STDLIB_H
#define KDISK_STDLIB_H

#include_next <stdlib.h>

int mkstemp(char *template);
int mkostemp(char *template, int flags);
char *mkdtemp(char *template);
char *mktemp(char *template);
void *memalign(size_t alignment, size_t size);
void *valloc(size_t size);
void *reallocarray(void *old, size_t count, size_t size);
int system(const char *command);
int getloadavg(double *loads, int count);
void qsort_r(void *base, size_t count, size_t size, int (*compare)(const void *, const void *, void *), void *context);
#define mkstemp64 mkstemp

#endif
