/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a file's data lies, as FS_IOC_FIEMAP would tell. */
#pragma once

#include <linux/types.h>

struct fiemap_extent {
	__u64 fe_logical;
	__u64 fe_physical;
	__u64 fe_length;
	__u64 fe_reserved64[2];
	__u32 fe_flags;
	__u32 fe_reserved[3];
};

struct fiemap {
	__u64 fm_start;
	__u64 fm_length;
	__u32 fm_flags;
	__u32 fm_mapped_extents;
	__u32 fm_extent_count;
	__u32 fm_reserved;
	struct fiemap_extent fm_extents[];
};

#define FIEMAP_MAX_OFFSET (~0ULL)
#define FIEMAP_FLAG_SYNC 0x1
#define FIEMAP_EXTENT_LAST 0x1
#define FIEMAP_EXTENT_UNKNOWN 0x2
#define FIEMAP_EXTENT_DELALLOC 0x4
#define FIEMAP_EXTENT_ENCODED 0x8
#define FIEMAP_EXTENT_DATA_INLINE 0x200
#define FIEMAP_EXTENT_UNWRITTEN 0x800
#define FIEMAP_EXTENT_SHARED 0x2000
