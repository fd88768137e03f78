/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read before mkfs/proto.c, which declares a function as long and defines it as off_t: here these are different types.
 * The file reads protofiles and the small files that they name, so 31 bits do; a longer one ends in its error message.
 */
#ifndef KDISK_XFS_BEFORE_PROTO_H
#define KDISK_XFS_BEFORE_PROTO_H

#include "libxfs.h"
#include <errno.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The files that are handed in have no holes. */
static inline long long kdisk_seek_data(int fd, long long offset, int whence)
{
	struct stat stat;

	if (fstat(fd, &stat) < 0)
		return -1;
	if (offset >= stat.st_size) {
		errno = ENXIO;
		return -1;
	}
	return whence == SEEK_HOLE ? stat.st_size : offset;
}

#define off_t long
#define lseek kdisk_seek_data

#endif
