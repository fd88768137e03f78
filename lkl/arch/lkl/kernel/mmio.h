/* SPDX-License-Identifier: GPL-2.0-only */
/* Where device slots stand in the physical address space: below RAM, above the page of NULL. */
#ifndef LKL_MMIO_H
#define LKL_MMIO_H

#define LKL_MMIO_BASE	0x10000ul

#endif
