/* SPDX-License-Identifier: GPL-2.0-only */
/* System calls are function calls; nobody traces them. */
#ifndef _ASM_LKL_SYSCALL_H
#define _ASM_LKL_SYSCALL_H

#include <linux/err.h>
#include <linux/sched.h>
#include <uapi/linux/audit.h>

typedef long (*lkl_syscall_fn)(unsigned long, unsigned long, unsigned long, unsigned long, unsigned long,
			       unsigned long);
extern const lkl_syscall_fn lkl_syscall_table[];

static inline int syscall_get_nr(struct task_struct *task, struct pt_regs *regs)
{
	return -1;
}

static inline long syscall_get_return_value(struct task_struct *task, struct pt_regs *regs)
{
	return 0;
}

static inline int syscall_get_arch(struct task_struct *task)
{
	return EM_NONE;
}

static inline void syscall_get_arguments(struct task_struct *task, struct pt_regs *regs, unsigned long *args) { }

#endif
