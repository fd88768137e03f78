/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread is a saved stack pointer; user addresses are host addresses, so all of them are allowed. */
#ifndef _ASM_LKL_PROCESSOR_H
#define _ASM_LKL_PROCESSOR_H

#include <asm/ptrace.h>

struct task_struct;

struct thread_struct {
	unsigned long sp;
	/* What a new thread calls first. */
	int (*entry)(void *argument);
	void *argument;
};

#define INIT_THREAD	{ }

/* Every path and buffer that the host passes must lie below; 2^62 is above any host's user addresses. */
#define TASK_SIZE		(1UL << 62)
#define TASK_SIZE_MAX		TASK_SIZE
#define STACK_TOP		TASK_SIZE
#define STACK_TOP_MAX		TASK_SIZE
#define TASK_UNMAPPED_BASE	(TASK_SIZE / 3)

void lkl_cpu_relax(void);
#define cpu_relax()		lkl_cpu_relax()

#define task_pt_regs(task)	((struct pt_regs *)(task_stack_page(task) + THREAD_SIZE) - 1)
#define KSTK_EIP(task)		0UL
#define KSTK_ESP(task)		0UL

static inline unsigned long __get_wchan(struct task_struct *task)
{
	return 0;
}

static inline void start_thread(struct pt_regs *regs, unsigned long ip, unsigned long sp) { }

#endif
