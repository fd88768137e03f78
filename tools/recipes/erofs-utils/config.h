/* SPDX-License-Identifier: GPL-2.0-only */
/* What configure would find: see erofs-utils.sh. */
#ifndef KDISK_EROFS_CONFIG_H
#define KDISK_EROFS_CONFIG_H

#define PACKAGE_VERSION "1.8.6"
#define EROFS_MAX_BLOCK_SIZE 65536
#define LZ4_ENABLED 1
#define LZ4HC_ENABLED 1
#define HAVE_LIBLZMA 1
#define HAVE_ZLIB 1
#define HAVE_LIBZSTD 1
#define HAVE_ZSTD_GETFRAMECONTENTSIZE 1
#define HAVE_FALLOCATE 1
#define HAVE_LINUX_FALLOC_H 1
#define HAVE_POSIX_FADVISE 1
#define HAVE_PTHREAD_H 1
#define HAVE_STRUCT_STAT_ST_ATIM 1
#define HAVE_SYSCONF 1
#define HAVE_SYS_IOCTL_H 1
#define HAVE_SYS_RANDOM_H 1
#define HAVE_SYS_STATFS_H 1
#define HAVE_SYS_SYSMACROS_H 1
#define HAVE_UNISTD_H 1
#define HAVE_UTIMENSAT 1
#define HAVE_LSEEK64_PROTOTYPE 1
#define HAVE_MEMRCHR 1

/* wasi-libc's lseek is a macro too, which a member of a structure with that name runs into. */
#include <unistd.h>
#undef lseek

#endif
