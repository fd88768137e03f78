// SPDX-License-Identifier: GPL-2.0-only
// fallocate(2): what leaves zeroes is the host's discard.
#include <errno.h>
#include <fcntl.h>

#include "kdisk_host.h"

int fallocate(int fd, int mode, off_t offset, off_t length)
{
	/* /disk never grows, so whether the size is kept makes no difference. */
	switch (mode & ~FALLOC_FL_KEEP_SIZE) {
	case FALLOC_FL_PUNCH_HOLE:
	case FALLOC_FL_ZERO_RANGE:
		errno = kdisk_discard(fd, offset, length);
		return errno ? -1 : 0;
	default:
		errno = EOPNOTSUPP;
		return -1;
	}
}
