/* SPDX-License-Identifier: GPL-2.0-only */
/* What btrfs-progs' configure would find out; without zoned devices, udev and backtraces, which a file cannot have. */
#pragma once

#define PACKAGE_NAME "btrfs-progs"
#define PACKAGE_STRING "btrfs-progs v6.14"
#define PACKAGE_VERSION "v6.14"
#define PACKAGE_URL "https://btrfs.readthedocs.io"

#define HAVE_CLOCK_GETTIME 1
#define HAVE_GETMNTENT 1
#define HAVE_STRUCT_STAT_ST_BLKSIZE 1
#define HAVE_STRUCT_STAT_ST_RDEV 1

/* include/printf.h stands in for glibc's. */
#define HAVE_PRINTF_H 1
#define HAVE_REGISTER_PRINTF_SPECIFIER 1
#define HAVE_REGISTER_PRINTF_MODIFIER 1

#define BTRFS_DISABLE_BACKTRACE 1
#define CRYPTOPROVIDER "builtin"
#define CRYPTOPROVIDER_BUILTIN 1
#define EXPERIMENTAL 0

#include "include/absent.h"
