/* SPDX-License-Identifier: GPL-2.0-only */
/* Device numbers as the kernel packs them inside. */
#pragma once

#define MAJOR(dev) ((dev) >> 8)
#define MINOR(dev) ((dev) & 0xff)
#define MKDEV(ma, mi) ((ma) << 8 | (mi))
