/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libfrog/div64.h divides 64-bit numbers as "unsigned long", which has 32 bits here: B-trees of large files would be
 * taken for damaged, and cleared. Ours take the place of its functions.
 */
#ifndef KDISK_XFS_DIV64_H
#define KDISK_XFS_DIV64_H

#include <stdbool.h>
#include <stdint.h>

#include "libfrog/div64.h"

#undef do_div
/* Divides the variable in place, and gives the remainder. */
#define do_div(number, base)					\
	({							\
		uint32_t base_ = (base);			\
		uint32_t remainder_ = (uint64_t)(number) % base_;	\
		(number) = (uint64_t)(number) / base_;		\
		remainder_;					\
	})

static inline uint64_t kdisk_rounddown_64(uint64_t number, uint32_t step)
{
	return number - number % step;
}

static inline bool kdisk_isaligned_64(uint64_t number, uint32_t step)
{
	return number % step == 0;
}

static inline uint64_t kdisk_roundup_64(uint64_t number, uint32_t step)
{
	return kdisk_rounddown_64(number + step - 1, step);
}

static inline uint64_t kdisk_howmany_64(uint64_t number, uint32_t step)
{
	return (number + step - 1) / step;
}

#define rounddown_64 kdisk_rounddown_64
#define isaligned_64 kdisk_isaligned_64
#define roundup_64 kdisk_roundup_64
#define howmany_64 kdisk_howmany_64

#endif
