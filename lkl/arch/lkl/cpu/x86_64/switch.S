/* SPDX-License-Identifier: GPL-2.0-only */
/* Stacks on x86-64: between threads, between kernel and host, and for one call into the host. */
#include <linux/linkage.h>

/* Registers that a function must keep (System V ABI); the floating point ones are never touched here. */
.macro save_registers
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
.endm

.macro restore_registers
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
.endm

	.bss
	.balign 8
host_sp:
	.quad	0

	.text
/* void __switch_stack(unsigned long *save, unsigned long load) */
SYM_FUNC_START(__switch_stack)
	save_registers
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	restore_registers
	ret
SYM_FUNC_END(__switch_stack)

/* s32 lkl_run(void): from the host into the kernel; returns when lkl_leave() or lkl_abort() is reached. */
SYM_FUNC_START(lkl_run)
	save_registers
	movq	%rsp, host_sp(%rip)
	movq	lkl_kernel_sp(%rip), %rsp
	restore_registers
	ret
SYM_FUNC_END(lkl_run)

/* void lkl_leave(s32 why) */
SYM_FUNC_START(lkl_leave)
	save_registers
	movq	%rsp, lkl_kernel_sp(%rip)
	movl	%edi, %eax
	movq	host_sp(%rip), %rsp
	restore_registers
	ret
SYM_FUNC_END(lkl_leave)

/* Jumped to by the host's fault handler: whatever the registers hold, run() returns LKL_RUN_DEAD. */
SYM_FUNC_START(lkl_abort)
	movl	$1, %eax
	movq	host_sp(%rip), %rsp
	cld
	restore_registers
	ret
SYM_FUNC_END(lkl_abort)

/* u64 lkl_on_host_stack(void *fn, u64 a, u64 b, u64 c, u64 d, u64 e) */
SYM_FUNC_START(lkl_on_host_stack)
	pushq	%rbp
	movq	%rsp, %rbp
	movq	host_sp(%rip), %rsp
	andq	$-16, %rsp
	movq	%rdi, %rax
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	movq	%rcx, %rdx
	movq	%r8, %rcx
	movq	%r9, %r8
	call	*%rax
	movq	%rbp, %rsp
	popq	%rbp
	ret
SYM_FUNC_END(lkl_on_host_stack)

/* unsigned long lkl_stack_prepare(void *top, void (*entry)(void)): six registers, the entry, no return address. */
SYM_FUNC_START(lkl_stack_prepare)
	andq	$-16, %rdi
	movq	%rsi, -16(%rdi)
	movq	$0, -8(%rdi)
	/* The saved %rbp: ends a walk over frames. */
	movq	$0, -24(%rdi)
	leaq	-64(%rdi), %rax
	ret
SYM_FUNC_END(lkl_stack_prepare)
