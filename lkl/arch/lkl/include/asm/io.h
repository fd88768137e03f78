/* SPDX-License-Identifier: GPL-2.0-only */
/* Device registers are calls into the host: an ioremap cookie is a number, not memory. */
#ifndef _ASM_LKL_IO_H
#define _ASM_LKL_IO_H

#include <linux/types.h>
#include <asm/page.h>

u32 lkl_mmio_read(const volatile void __iomem *at, u32 width);
void lkl_mmio_write(volatile void __iomem *at, u32 width, u32 value);

#define LKL_MMIO_ACCESS(letter, type)								\
static inline type __raw_read##letter(const volatile void __iomem *at)				\
{												\
	return lkl_mmio_read(at, sizeof(type));							\
}												\
static inline void __raw_write##letter(type value, volatile void __iomem *at)			\
{												\
	lkl_mmio_write(at, sizeof(type), value);						\
}
LKL_MMIO_ACCESS(b, u8)
LKL_MMIO_ACCESS(w, u16)
LKL_MMIO_ACCESS(l, u32)
#undef LKL_MMIO_ACCESS
#define __raw_readb __raw_readb
#define __raw_readw __raw_readw
#define __raw_readl __raw_readl
#define __raw_writeb __raw_writeb
#define __raw_writew __raw_writew
#define __raw_writel __raw_writel

#define ioremap ioremap
static inline void __iomem *ioremap(phys_addr_t address, size_t size)
{
	return (void __iomem *)address;
}
#define iounmap iounmap
static inline void iounmap(volatile void __iomem *at) { }

#include <asm-generic/io.h>

#endif
