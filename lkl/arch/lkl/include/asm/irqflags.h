/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupts are a word that the host sets bits in; they are taken when the kernel enables them. */
#ifndef _ASM_LKL_IRQFLAGS_H
#define _ASM_LKL_IRQFLAGS_H

#include <linux/compiler.h>
#include <asm/lkl_host.h>

#define ARCH_IRQ_DISABLED	0UL
#define ARCH_IRQ_ENABLED	1UL

extern unsigned long lkl_irq_flags;
extern struct lkl_shared *lkl_shared;
void lkl_irq_take(void);

#define arch_local_save_flags arch_local_save_flags
static __always_inline unsigned long arch_local_save_flags(void)
{
	return READ_ONCE(lkl_irq_flags);
}

#define arch_local_irq_restore arch_local_irq_restore
static __always_inline void arch_local_irq_restore(unsigned long flags)
{
	barrier();
	WRITE_ONCE(lkl_irq_flags, flags);
	if (flags && unlikely(READ_ONCE(lkl_shared->pending)))
		lkl_irq_take();
	barrier();
}

#include <asm-generic/irqflags.h>

#endif
