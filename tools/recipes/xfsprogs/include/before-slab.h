/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read before repair/slab.c. Its struct xfs_slab_cursor begins with 64 bits and ends with an array, which the file
 * reaches as "c + 1" in one place and as "c->hcur" in others. Where 64 bits are aligned to 8 bytes and pointers are 4
 * long these are not the same place, and records get lost. The structures of slab.c itself, which no other file sees,
 * are packed as on a 32-bit x86, where they are.
 */
#ifndef KDISK_XFS_BEFORE_SLAB_H
#define KDISK_XFS_BEFORE_SLAB_H

#include "libxfs.h"
#include "repair/slab.h"
#include "repair/threads.h"

#pragma pack(4)

#endif
