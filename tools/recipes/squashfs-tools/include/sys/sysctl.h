/* SPDX-License-Identifier: GPL-2.0-only */
/* Asked for the number of processors where there is no Linux. */
#ifndef KDISK_SYS_SYSCTL_H
#define KDISK_SYS_SYSCTL_H

#include <stddef.h>

#define CTL_HW 6
#define HW_NCPU 3

static inline int sysctl(const int *name, unsigned int count, void *value, size_t *size, const void *wanted,
			 size_t wanted_size)
{
	(void)name, (void)count, (void)size, (void)wanted, (void)wanted_size;
	*(int *)value = 1;
	return 0;
}

#endif
