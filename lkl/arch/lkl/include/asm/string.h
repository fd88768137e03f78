/* SPDX-License-Identifier: GPL-2.0-only */
/* Block moves as the CPU does them best; the rest is lib/string.c. */
#ifndef _ASM_LKL_STRING_H
#define _ASM_LKL_STRING_H

#define __HAVE_ARCH_MEMCPY
#define __HAVE_ARCH_MEMMOVE
#define __HAVE_ARCH_MEMSET

void *memcpy(void *to, const void *from, __kernel_size_t length);
void *memmove(void *to, const void *from, __kernel_size_t length);
void *memset(void *at, int byte, __kernel_size_t length);

#endif
