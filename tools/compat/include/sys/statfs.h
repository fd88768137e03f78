/* SPDX-License-Identifier: GPL-2.0-only */
/* statfs(2): the host tells nothing of the file system that the files are in (ENOSYS). */
#ifndef KDISK_SYS_STATFS_H
#define KDISK_SYS_STATFS_H

#include <sys/types.h>

struct statfs {
	unsigned long f_type;
	unsigned long f_bsize;
	fsblkcnt_t f_blocks;
	fsblkcnt_t f_bfree;
	fsblkcnt_t f_bavail;
	fsfilcnt_t f_files;
	fsfilcnt_t f_ffree;
	struct { int __val[2]; } f_fsid;
	unsigned long f_namelen;
	unsigned long f_frsize;
	unsigned long f_flags;
};

int statfs(const char *path, struct statfs *result);
int fstatfs(int fd, struct statfs *result);
#define statfs64 statfs
#define fstatfs64 fstatfs

#endif
