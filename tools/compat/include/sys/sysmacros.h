/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of devices, in glibc's and the kernel's 64-bit encoding (makedev(3)). */
#ifndef KDISK_SYS_SYSMACROS_H
#define KDISK_SYS_SYSMACROS_H

#include <stdint.h>

#define major(device) \
	((unsigned int)((((uint64_t)(device) >> 8) & 0xfff) | (((uint64_t)(device) >> 32) & 0xfffff000)))
#define minor(device) \
	((unsigned int)(((uint64_t)(device) & 0xff) | (((uint64_t)(device) >> 12) & 0xffffff00)))
#define makedev(high, low) \
	((((uint64_t)(high) & 0xfffff000) << 32) | (((uint64_t)(high) & 0xfff) << 8) | \
	 (((uint64_t)(low) & 0xffffff00) << 12) | ((uint64_t)(low) & 0xff))

#endif
