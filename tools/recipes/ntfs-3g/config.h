/* SPDX-License-Identifier: GPL-2.0-only */
/* What configure would find: see ntfs-3g.sh. */
#ifndef KDISK_NTFS_CONFIG_H
#define KDISK_NTFS_CONFIG_H

#define PACKAGE "ntfs-3g"
#define PACKAGE_NAME PACKAGE
#define VERSION "2022.10.3"
#define PACKAGE_VERSION VERSION
#define HAVE_CLOCK_GETTIME 1
#define HAVE_CTYPE_H 1
#define HAVE_ENDIAN_H 1
#define HAVE_ERRNO_H 1
#define HAVE_FCNTL_H 1
#define HAVE_FFS 1
#define HAVE_GETOPT_H 1
#define HAVE_GETTIMEOFDAY 1
#define HAVE_INTTYPES_H 1
#define HAVE_LIBGEN_H 1
#define HAVE_LIMITS_H 1
#define HAVE_LOCALE_H 1
#define HAVE_MBSINIT 1
#define HAVE_REALPATH 1
#define HAVE_STDARG_H 1
#define HAVE_STDDEF_H 1
#define HAVE_STDINT_H 1
#define HAVE_STDIO_H 1
#define HAVE_STDLIB_H 1
#define HAVE_STRING_H 1
#define HAVE_STRSEP 1
#define HAVE_SYS_IOCTL_H 1
#define HAVE_SYS_PARAM_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_SYSMACROS_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_TIME_H 1
#define MAJOR_IN_SYSMACROS 1
#define HAVE_UNISTD_H 1
#define HAVE_WCHAR_H 1

#endif
