// SPDX-License-Identifier: GPL-2.0-only
// The system call table, and the two calls of it that an architecture owes.
#include <linux/syscalls.h>
#include <asm-generic/syscalls.h>
#include <asm/syscall.h>

asmlinkage long sys_rt_sigreturn(struct pt_regs *regs)
{
	return -ENOSYS;
}

asmlinkage long sys_mmap(unsigned long address, unsigned long length, unsigned long protection, unsigned long flags,
			 unsigned long fd, unsigned long offset)
{
	return -ENOSYS;
}

#define __SYSCALL_WITH_COMPAT(nr, native, compat)	__SYSCALL(nr, native)
#define __SYSCALL(nr, call)	[nr] = (lkl_syscall_fn)(void *)call,

const lkl_syscall_fn lkl_syscall_table[__NR_syscalls] = {
	[0 ... __NR_syscalls - 1] = (lkl_syscall_fn)(void *)sys_ni_syscall,
#include <asm/syscall_table_64.h>
};
