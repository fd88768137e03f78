/* SPDX-License-Identifier: GPL-2.0-only */
/* There is one address space, the host's. */
#ifndef _ASM_LKL_MMU_CONTEXT_H
#define _ASM_LKL_MMU_CONTEXT_H

#include <linux/sched.h>
#include <linux/mm_types.h>
#include <asm-generic/mm_hooks.h>

static inline void switch_mm(struct mm_struct *prev, struct mm_struct *next, struct task_struct *task) { }

#include <asm-generic/mmu_context.h>

#endif
