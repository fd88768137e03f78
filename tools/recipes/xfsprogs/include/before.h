/* SPDX-License-Identifier: GPL-2.0-only */
/* Read before each file of xfsprogs: what Linux' headers have and those of tools/compat have not. */
#ifndef KDISK_XFS_BEFORE_H
#define KDISK_XFS_BEFORE_H

#include "div64.h"
#include "platform_defs.h"

/* Verifiers give the address of the check that failed ("Metadata corruption detected at 0x..."); code has none here. */
#undef __this_address
#define __this_address ((void *)__LINE__)
#undef __return_address
#define __return_address ((void *)__LINE__)

/* linux/types.h */
#define __kernel_long_t long

/* linux/magic.h; statfs(2) */
#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

/* linux/fs.h; refused for files */
#ifndef BLKROTATIONAL
#define BLKROTATIONAL 0x127e
#endif

/* Without effect: every read and write of the host's disk is direct. */
#ifndef O_DIRECT
#define O_DIRECT 0
#endif

/* lseek(2); wasi-libc's refuses them */
#ifndef SEEK_DATA
#define SEEK_DATA 3
#define SEEK_HOLE 4
#endif

/* Linux' numbers + 100, as in tools/compat/include/errno.h. Only told from each other. */
#ifndef ENOSR
#define ENOSR 163
#endif
#ifndef EUSERS
#define EUSERS 187
#endif
#ifndef ESRMNT
#define ESRMNT 169
#endif

#endif
