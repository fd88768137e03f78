// SPDX-License-Identifier: GPL-2.0-only
// Device registers: turns an ioremap cookie back into a slot and an offset for the host.
#include <linux/export.h>
#include <linux/io.h>
#include <asm/lkl.h>
#include "mmio.h"

u32 lkl_mmio_read(const volatile void __iomem *at, u32 width)
{
	u64 offset = (u64)at - LKL_MMIO_BASE;

	return LKL_HOST4(mmio_read, offset / LKL_MMIO_SIZE, offset % LKL_MMIO_SIZE, width);
}

void lkl_mmio_write(volatile void __iomem *at, u32 width, u32 value)
{
	u64 offset = (u64)at - LKL_MMIO_BASE;

	LKL_HOST5(mmio_write, offset / LKL_MMIO_SIZE, offset % LKL_MMIO_SIZE, width, value);
	/* The host may have waited for a disk. */
	lkl_clock();
}
