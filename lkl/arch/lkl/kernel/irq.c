// SPDX-License-Identifier: GPL-2.0-only
// Interrupts: takes the bits of lkl_shared.pending when the kernel enables interrupts, waits actively or wakes up.
#include <linux/hardirq.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <asm/irq_regs.h>
#include <asm/irqflags.h>
#include <asm/lkl.h>

unsigned long lkl_irq_flags = ARCH_IRQ_DISABLED;

/* The tick looks at the interrupted registers; there are none to show. */
static struct pt_regs no_registers;

static void deliver(u64 pending)
{
	unsigned int slot;

	if (pending & LKL_PENDING_TIMER)
		lkl_timer_interrupt();
	if (pending & LKL_PENDING_REQUEST)
		lkl_request_interrupt();
	for (pending >>= 8, slot = 0; pending; pending >>= 1, slot++)
		if (pending & 1)
			generic_handle_irq(LKL_DEVICE_IRQ(slot));
}

void lkl_irq_take(void)
{
	struct pt_regs *outer = set_irq_regs(&no_registers);

	do {
		u64 pending;

		lkl_irq_flags = ARCH_IRQ_DISABLED;
		pending = __atomic_exchange_n(&lkl_shared->pending, 0, __ATOMIC_SEQ_CST);
		irq_enter();
		deliver(pending);
		irq_exit();
		WRITE_ONCE(lkl_irq_flags, ARCH_IRQ_ENABLED);
	} while (READ_ONCE(lkl_shared->pending));
	set_irq_regs(outer);
}

/* A busy wait: the only moment to see that time has passed, since no interrupt comes by itself. */
void lkl_cpu_relax(void)
{
	lkl_clock();
	if (READ_ONCE(lkl_irq_flags) && READ_ONCE(lkl_shared->pending))
		lkl_irq_take();
}

void __init init_IRQ(void)
{
	unsigned int slot;

	for (slot = 0; slot < LKL_MAX_DEVICES; slot++)
		irq_set_chip_and_handler(LKL_DEVICE_IRQ(slot), &dummy_irq_chip, handle_simple_irq);
}
