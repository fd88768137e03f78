/* SPDX-License-Identifier: GPL-2.0-only */
/* What wasi-libc's <fcntl.h> leaves out: fallocate(2), record locks (always granted), flags without effect. */
#ifndef KDISK_FCNTL_H
#define KDISK_FCNTL_H

#include_next <fcntl.h>
#include <linux/falloc.h>

#define O_LARGEFILE 0

#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#define F_DUPFD 0
#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38

/* Modes that leave zeroes reach the host's discard; the others fail with EOPNOTSUPP. */
int fallocate(int fd, int mode, off_t offset, off_t length);
#define fallocate64 fallocate

#endif
