/* SPDX-License-Identifier: GPL-2.0-only */
/* What f2fs-tools' configure would find out; without zoned and SCSI devices, which a file is not, and compression. */
#ifndef KDISK_F2FS_CONFIG_H
#define KDISK_F2FS_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#define F2FS_TOOLS_VERSION "1.16.0"
#define F2FS_TOOLS_DATE "2023-04-11"
#define F2FS_MAJOR_VERSION 1
#define F2FS_MINOR_VERSION 16

#define HAVE_BYTESWAP_H 1
#define HAVE_DECL_BSWAP_64 1
#define HAVE_CLOCK_GETTIME 1
#define HAVE_FALLOCATE 1
#define HAVE_FCNTL_H 1
#define HAVE_FSTAT 1
#define HAVE_FSYNC 1
#define HAVE_GETMNTENT 1
#define HAVE_LIBBLKID 1
#define HAVE_LIBUUID 1
#define HAVE_LINUX_FALLOC_H 1
#define HAVE_LINUX_FS_H 1
#define HAVE_LINUX_LIMITS_H 1
#define HAVE_LINUX_TYPES_H 1
#define HAVE_LSEEK64 1
#define HAVE_MEMSET 1
#define HAVE_MNTENT_H 1
#define HAVE_SETMNTENT 1
#define HAVE_STDLIB_H 1
#define HAVE_STRING_H 1
#define HAVE_SYS_IOCTL_H 1
#define HAVE_SYS_MOUNT_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_SYSMACROS_H 1
#define HAVE_SYS_UTSNAME_H 1
#define HAVE_SYS_XATTR_H 1
#define HAVE_UNISTD_H 1
#define HAVE_UUID_UUID_H 1

/* MAX_CP_PAYLOAD of f2fs_fs.h adds to it in a size_t: 4 GiB and more, with which large volumes would be refused. */
#undef UINT32_MAX
#define UINT32_MAX 4294967295ULL

/* off_t has 64 bits. */
#define off64_t off_t
#define lseek64 lseek

#endif
