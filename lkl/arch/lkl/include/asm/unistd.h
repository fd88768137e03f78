/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls of the asm-generic table that are compiled only where an architecture wants them. */
#ifndef _ASM_LKL_UNISTD_H
#define _ASM_LKL_UNISTD_H

#define __ARCH_WANT_NEW_STAT
#define __ARCH_WANT_SYS_CLONE

#include <uapi/asm/unistd.h>

#endif
