/* SPDX-License-Identifier: GPL-2.0-only */
/* File system magics as statfs(2) reports them. */
#pragma once

#define BTRFS_SUPER_MAGIC 0x9123683E
#define PROC_SUPER_MAGIC 0x9fa0
#define SYSFS_MAGIC 0x62656572
