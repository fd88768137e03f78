/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel that the tools may think they run on: the one whose file system code kdisk carries. */
#pragma once

#define LINUX_VERSION_CODE 396288 /* 6.12.0 */
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
