/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole contract between the kernel (lkl/, freestanding ELF) and its host (addon/).
 *
 * Shape: the kernel is one coroutine on one host thread, the engine thread. The host enters it with run(); it runs
 * on its own stacks and comes back when a request is done, or it is idle or dead. In between it calls the host through struct lkl_host_ops,
 * always on the host's own stack. No function here may be called from two threads at once; only the word `pending`
 * may be changed by other threads, atomically.
 *
 * Types are fixed in size and pointers travel as themselves; no long, no bit-fields, no struct by value, because a
 * Windows host has other ideas of each. Every function uses the System V calling convention (LKL_ABI).
 * Results: 0 or positive, else a negative Linux errno.
 */
#ifndef LKL_HOST_H
#define LKL_HOST_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

#if !defined(__KERNEL__) && defined(_WIN32) && defined(__x86_64__)
#define LKL_ABI __attribute__((sysv_abi))
#else
#define LKL_ABI
#endif

/* Raised whenever a struct of this file changes; both sides refuse any other number. */
#define LKL_ABI_VERSION 1u

/*
 * ---- Interrupts --------------------------------------------------------------------------------------------------
 * Bits of lkl_shared.pending. The kernel takes them at irq-enable, in cpu_relax and when idle.
 */
#define LKL_PENDING_TIMER	(1ull << 0)	/* deadline_ns has passed */
#define LKL_PENDING_REQUEST	(1ull << 1)	/* submit() was called; set by the kernel side of submit() */
#define LKL_PENDING_DEVICE(i)	(1ull << (8 + (i)))	/* virtio device in slot i, see below */
#define LKL_MAX_DEVICES		48

/* Words that both sides see; owned by the host, alive as long as the kernel is. */
struct lkl_shared {
	/* Set: any host thread, atomic OR. Cleared: the kernel, atomic exchange. */
	uint64_t pending;
	/* Written by the kernel: when it wants LKL_PENDING_TIMER, in clock_mono() ns; UINT64_MAX = never. */
	uint64_t deadline_ns;
};

/*
 * ---- What the host does for the kernel ---------------------------------------------------------------------------
 * All are called on the engine thread, on the host's stack, while run() is active. `ctx` is lkl_boot.ctx.
 * None may call back into the kernel.
 */
struct lkl_host_ops {
	uint32_t version;	/* LKL_ABI_VERSION */
	uint32_t size;		/* sizeof(struct lkl_host_ops) */

	/* -- console: kernel log text, not NUL-terminated; must not block. */
	void (LKL_ABI *print)(void *ctx, const char *text, uint64_t length);

	/* -- clock: monotonic ns from any start; and ns since 1970-01-01 UTC. Must not block. */
	uint64_t (LKL_ABI *clock_mono)(void *ctx);
	uint64_t (LKL_ABI *clock_real)(void *ctx);

	/* -- entropy: fills buffer with length random bytes (the kernel's seed, so the host can make runs repeatable). */
	void (LKL_ABI *random)(void *ctx, void *buffer, uint64_t length);

	/*
	 * -- memory: shows `length` bytes of RAM that start at byte `ram_offset` also at `address`, readable and writable;
	 * unalias makes the range inaccessible again. Multiples of the page size, inside the vmalloc range; a range that
	 * is already aliased is replaced. alias returns 0 or -ENOMEM.
	 */
	int32_t (LKL_ABI *alias)(void *ctx, void *address, uint64_t ram_offset, uint64_t length);
	int32_t (LKL_ABI *unalias)(void *ctx, void *address, uint64_t length);

	/*
	 * -- devices: 32-bit little-endian register access to the virtio-mmio device in `slot` (virtio 1.2, section 4.2.2);
	 * `offset` < LKL_MMIO_SIZE, `width` is 1, 2 or 4 (configuration space is read by bytes). A write to QueueNotify may
	 * do the I/O at once, so it may block for as long as a disk does. Addresses in queues are "physical": byte offset
	 * into RAM + LKL_PHYS_OFFSET.
	 */
	uint32_t (LKL_ABI *mmio_read)(void *ctx, uint32_t slot, uint32_t offset, uint32_t width);
	void (LKL_ABI *mmio_write)(void *ctx, uint32_t slot, uint32_t offset, uint32_t width, uint32_t value);
};

#define LKL_MMIO_SIZE	0x1000u
/* Physical address of the first byte of RAM: small, so that no page frame walk starts far from 0; not 0, to keep NULL. */
#define LKL_PHYS_OFFSET	0x400000ull

/*
 * ---- What the kernel does for the host ---------------------------------------------------------------------------
 */

/* One system call, or one of the LKL_REQUEST_* below. Owned by the host, untouched by it until done is 1. */
struct lkl_request {
	uint64_t nr;		/* asm-generic system call number, as in include/uapi/asm-generic/unistd.h */
	uint64_t args[6];	/* pointers are host pointers: the kernel has no other address space */
	int64_t ret;		/* out: result or negative errno */
	int32_t root;		/* descriptor of the directory that is "/" and "." for this call, -1: the kernel's own root */
	uint32_t done;		/* out: 1 when ret is valid */
	uint64_t next;		/* the kernel's, while the request is under way */
};

#define LKL_REQUEST_BASE		0x10000u
#define LKL_REQUEST_DEVICE_ADD		(LKL_REQUEST_BASE + 0)	/* args: slot. Probes the virtio device in that slot. */
#define LKL_REQUEST_DEVICE_REMOVE	(LKL_REQUEST_BASE + 1)	/* args: slot */
/* args: bytes, at most LKL_BUFFER_MAX. Gives a block of RAM for LKL_REQUEST_{READ,WRITE}_DIRECT, never freed. */
#define LKL_REQUEST_BUFFER		(LKL_REQUEST_BASE + 3)
#define LKL_BUFFER_MAX			0x100000ull
/*
 * args: descriptor, address in a block of LKL_REQUEST_BUFFER, bytes, file position; the last three are multiples of 4,096.
 * As pread(2), from the disk into the block without passing the page cache. -EINVAL where the file system can't.
 */
#define LKL_REQUEST_READ_DIRECT		(LKL_REQUEST_BASE + 4)
/* As pwrite(2), the other way, with the same args; changes the length of the file as pwrite does. */
#define LKL_REQUEST_WRITE_DIRECT	(LKL_REQUEST_BASE + 5)
/* args: one of LKL_CRASH_*. For the tests of the host's crash handling; does not return. */
#define LKL_REQUEST_CRASH		(LKL_REQUEST_BASE + 2)
#define LKL_CRASH_PANIC		0u
#define LKL_CRASH_BUG		1u
#define LKL_CRASH_FAULT		2u

/* What run() returns. */
#define LKL_RUN_IDLE	0	/* nothing to do until pending gets a bit or deadline_ns passes */
#define LKL_RUN_DEAD	1	/* the kernel panicked, or abort() was used: never enter it again */
#define LKL_RUN_DONE	2	/* a request is done; there may be more to do, so enter again, with or without a new one */

struct lkl_kernel_ops {
	uint32_t version;	/* LKL_ABI_VERSION */
	uint32_t size;		/* sizeof(struct lkl_kernel_ops) */

	/* Lets the kernel run until a request is done, or it is idle or dead; the first call boots it. Engine thread only, not re-entrant. */
	int32_t (LKL_ABI *run)(void);
	/* Queues a request; takes effect in the next run(). Engine thread only, outside run(). */
	void (LKL_ABI *submit)(struct lkl_request *request);
	/*
	 * Not a function to call but an address to jump to: where a host fault handler sets the program counter when the
	 * faulting instruction lies in the kernel image. Makes run() return LKL_RUN_DEAD; expects no register or stack.
	 */
	void (LKL_ABI *abort)(void);
};

/* Handed to the ELF entry point. Everything in it is the host's and stays valid while the kernel lives. */
struct lkl_boot {
	uint32_t version;	/* LKL_ABI_VERSION */
	uint32_t size;		/* sizeof(struct lkl_boot) */
	void *ram;		/* start of RAM, 2 MiB aligned; the ELF image (vaddr 0) is loaded here and relocated */
	uint64_t ram_size;	/* bytes, multiple of 4 MiB */
	uint64_t image_size;	/* bytes of RAM, from its start, that the image takes, .bss included */
	void *vmalloc;		/* start of an address range reserved for alias(), 2 MiB aligned */
	uint64_t vmalloc_size;	/* bytes, multiple of 2 MiB */
	const char *command_line;	/* kernel parameters, NUL-terminated, at most 2,000 characters */
	struct lkl_shared *shared;
	const struct lkl_host_ops *host;
	void *ctx;		/* first argument of every host function */
	struct lkl_kernel_ops *kernel;	/* out */
};

/* The ELF entry point (e_entry): checks versions, fills *boot->kernel, runs nothing yet. 0, or -EINVAL on a mismatch. */
typedef int32_t (LKL_ABI *lkl_entry_fn)(const struct lkl_boot *boot);

#endif
