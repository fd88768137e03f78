/* SPDX-License-Identifier: GPL-2.0-only */
/* One line for each device slot of the host. */
#ifndef _ASM_LKL_IRQ_H
#define _ASM_LKL_IRQ_H

#include <asm/lkl_host.h>

#define NR_IRQS	(LKL_MAX_DEVICES + 1)
#define LKL_DEVICE_IRQ(slot)	((slot) + 1)

static inline int irq_canonicalize(int irq)
{
	return irq;
}

#endif
