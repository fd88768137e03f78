/* SPDX-License-Identifier: GPL-2.0-only */
/* The old name of <sys/statfs.h>. */
#ifndef KDISK_SYS_VFS_H
#define KDISK_SYS_VFS_H

#include <sys/statfs.h>

#endif
