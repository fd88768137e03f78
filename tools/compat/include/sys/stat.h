/* SPDX-License-Identifier: GPL-2.0-only */
/* What wasi-libc's <sys/stat.h> leaves out: umask and special files. */
#ifndef KDISK_SYS_STAT_H
#define KDISK_SYS_STAT_H

#include_next <sys/stat.h>

mode_t umask(mode_t mask);
int mknod(const char *path, mode_t mode, dev_t device);
int mknodat(int dirfd, const char *path, mode_t mode, dev_t device);
int mkfifo(const char *path, mode_t mode);
int lchmod(const char *path, mode_t mode);

#endif
