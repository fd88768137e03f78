// SPDX-License-Identifier: GPL-2.0-only
// Kernel threads: each a stack that __switch_to changes to. There are no others, so fork and exec are refused.
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/cpu.h>
#include <asm/irqflags.h>
#include <asm/lkl.h>
#include <asm/switch_to.h>

struct task_struct *lkl_current = &init_task;
unsigned long lkl_kernel_sp;

/* Whom the last switch left: the first thing a new thread, and a resumed one, must know. */
static struct task_struct *switched_from;

static void thread_start(void)
{
	schedule_tail(switched_from);
	current->thread.entry(current->thread.argument);
	do_exit(0);
}

int copy_thread(struct task_struct *task, const struct kernel_clone_args *args)
{
	if (!args->fn)
		return -ENOSYS;
	task->thread.entry = args->fn;
	task->thread.argument = args->fn_arg;
	task->thread.sp = lkl_stack_prepare(task_pt_regs(task), thread_start);
	return 0;
}

struct task_struct *__switch_to(struct task_struct *prev, struct task_struct *next)
{
	switched_from = prev;
	lkl_current = next;
	__switch_stack(&prev->thread.sp, next->thread.sp);
	return switched_from;
}

void flush_thread(void)
{
}

/* Called with interrupts off; the caller enables them next, and so takes what the host has set pending. */
void arch_cpu_idle(void)
{
	if (!READ_ONCE(lkl_shared->pending))
		lkl_leave(LKL_RUN_IDLE);
}

void ptrace_disable(struct task_struct *task)
{
}

long arch_ptrace(struct task_struct *task, long request, unsigned long address, unsigned long data)
{
	return -EIO;
}
