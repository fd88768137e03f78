/* SPDX-License-Identifier: GPL-2.0-only */
/* The running task is a variable: one processor, and the stack says nothing about the task. */
#ifndef _ASM_LKL_CURRENT_H
#define _ASM_LKL_CURRENT_H

struct task_struct;

extern struct task_struct *lkl_current;
#define current			lkl_current
#define get_current()		lkl_current

#ifdef LKL_CPU_x86_64
register unsigned long current_stack_pointer asm("rsp");
#else
register unsigned long current_stack_pointer asm("sp");
#endif

#endif
