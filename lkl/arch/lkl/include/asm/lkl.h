/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the port share: the boot block, calls to the host, the stack switch. */
#ifndef _ASM_LKL_LKL_H
#define _ASM_LKL_LKL_H

#include <asm/lkl_host.h>

/* The host's boot block, valid for ever; set by the ELF entry point before anything else runs. */
extern const struct lkl_boot *lkl_boot;

/* Calls `fn` on the host's stack: kernel stacks are small, and hosts check stack bounds. Assembly. */
u64 lkl_on_host_stack(void *fn, u64 a, u64 b, u64 c, u64 d, u64 e);
#define LKL_HOST5(op, a, b, c, d)	\
	lkl_on_host_stack(lkl_boot->host->op, (u64)lkl_boot->ctx, (u64)(a), (u64)(b), (u64)(c), (u64)(d))
#define LKL_HOST(op)			LKL_HOST5(op, 0, 0, 0, 0)
#define LKL_HOST2(op, a)		LKL_HOST5(op, a, 0, 0, 0)
#define LKL_HOST3(op, a, b)		LKL_HOST5(op, a, b, 0, 0)
#define LKL_HOST4(op, a, b, c)		LKL_HOST5(op, a, b, c, 0)

/* Leaves the coroutine: run() returns `why` to the host. Comes back at the next run(). Assembly. */
void lkl_leave(s32 why);
/* Stack of the coroutine while the host runs; first the initial thread's. */
extern unsigned long lkl_kernel_sp;

/* Lays out a stack so that __switch_stack to it enters `entry`; gives the stack pointer. */
unsigned long lkl_stack_prepare(void *top, void (*entry)(void));

/* Assembly, the three addresses of struct lkl_kernel_ops and the inner part of __switch_to. */
s32 lkl_run(void);
void lkl_abort(void);
void __switch_stack(unsigned long *save, unsigned long load);

/* time.c: host clock in ns; notices a passed deadline. */
u64 lkl_clock(void);
void lkl_timer_interrupt(void);

/* server.c */
void lkl_submit(struct lkl_request *request);
void lkl_request_interrupt(void);

/* device.c: carry out LKL_REQUEST_DEVICE_*; 0 or a negative errno. */
long lkl_device_add(unsigned long slot);
long lkl_device_remove(unsigned long slot);

/* direct.c: carry out LKL_REQUEST_BUFFER (an address or a negative errno) and LKL_REQUEST_{READ,WRITE}_DIRECT. */
long lkl_buffer(unsigned long size);
long lkl_direct(int fd, bool write, void *block, size_t size, loff_t position);

/* room.c: after a request, cleans up enough for the next ones. May sleep. */
void lkl_make_room(void);

#endif
