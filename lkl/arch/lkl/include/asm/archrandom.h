/* SPDX-License-Identifier: GPL-2.0-only */
/* The host is the source of entropy, so that it can also make a run repeatable. */
#ifndef _ASM_LKL_ARCHRANDOM_H
#define _ASM_LKL_ARCHRANDOM_H

#include <asm/lkl.h>

static inline size_t __must_check arch_get_random_longs(unsigned long *words, size_t count)
{
	return 0;
}

static inline size_t __must_check arch_get_random_seed_longs(unsigned long *words, size_t count)
{
	LKL_HOST3(random, words, count * sizeof(*words));
	return count;
}

#endif
