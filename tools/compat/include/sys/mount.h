/* SPDX-License-Identifier: GPL-2.0-only */
/* mount(2): nothing is mounted in the sandbox, and nothing can be (EPERM). */
#ifndef KDISK_SYS_MOUNT_H
#define KDISK_SYS_MOUNT_H

#include <sys/ioctl.h>

#define MS_RDONLY 1
#define MS_NOSUID 2
#define MS_NODEV 4
#define MS_NOEXEC 8
#define MS_REMOUNT 32
#define MNT_FORCE 1
#define MNT_DETACH 2

/* Requests of linux/fs.h that programs make of block devices; /disk is a file, so none is ever served. */
#define BLKROGET _IO(0x12, 94)
#define BLKRRPART _IO(0x12, 95)
#define BLKGETSIZE _IO(0x12, 96)
#define BLKFLSBUF _IO(0x12, 97)
#define BLKSSZGET _IO(0x12, 104)
#define BLKGETSIZE64 _IOR(0x12, 114, unsigned int)

int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int umount(const char *target);
int umount2(const char *target, int flags);

#endif
