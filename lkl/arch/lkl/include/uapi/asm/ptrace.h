/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* No user space, so no user registers: only what generic code insists on naming. */
#ifndef _UAPI_ASM_LKL_PTRACE_H
#define _UAPI_ASM_LKL_PTRACE_H

struct pt_regs {
	unsigned long ip;
	unsigned long sp;
};

struct user_regs_struct {
	unsigned long ip;
	unsigned long sp;
};

#endif
