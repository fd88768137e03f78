// SPDX-License-Identifier: GPL-2.0-only
// Stands in for the kernel where only its manners matter: answers, waits, spins, faults and dies on request.
#include "../../lkl/include/lkl_host.h"

enum { ADD = 1, SPIN, FAULT, JUMP_TO_NULL, WAIT, RELEASE, DIE, SLEEP, ALIAS, OVERFLOW_STACK };

static const struct lkl_boot *boot;
static struct lkl_request *queued[16], *waiting, *sleeping;
static int count;
static void *out[5];
/* A pointer in data, so that the image has a relocation. */
static struct lkl_request **volatile queue = queued;
static volatile int one = 1;

__attribute__((noinline)) static int overflow(int depth)
{
	volatile char frame[4096];

	frame[0] = (char)depth;
	return one ? overflow(depth + 1) + frame[0] : 0;
}

static int64_t perform(struct lkl_request *request)
{
	switch (request->nr) {
	case ADD:
		return (int64_t)(request->args[0] + request->args[1]);
	case SPIN:
		for (;;)
			one = 1;
	case FAULT:
		*(volatile int *)8 = 0;
		return 0;
	case JUMP_TO_NULL:
		((void (*volatile)(void))0)();
		return 0;
	case RELEASE:
		waiting->ret = 5;
		waiting->done = 1;
		return 0;
	case ALIAS:
		return boot->host->alias(boot->ctx, boot->vmalloc, request->args[0], request->args[1]);
	case OVERFLOW_STACK:
		return overflow(0);
	}
	return -38;
}

static int32_t serve(void)
{
	__atomic_exchange_n(&boot->shared->pending, 0, __ATOMIC_SEQ_CST);
	if (sleeping && boot->host->clock_mono(boot->ctx) >= boot->shared->deadline_ns) {
		sleeping->ret = 6;
		sleeping->done = 1;
		sleeping = 0;
		boot->shared->deadline_ns = UINT64_MAX;
	}
	for (int i = 0; i < count; i++) {
		struct lkl_request *request = queue[i];

		if (request->nr == DIE)
			return LKL_RUN_DEAD;
		if (request->nr == WAIT) {
			waiting = request;
		} else if (request->nr == SLEEP) {
			sleeping = request;
			boot->shared->deadline_ns = boot->host->clock_mono(boot->ctx) + request->args[0];
		} else {
			request->ret = perform(request);
			request->done = 1;
		}
	}
	count = 0;
	return LKL_RUN_IDLE;
}

static int32_t run(void)
{
	static const char hello[] = "fake kernel runs\n";
	static int greeted;

	if (!greeted++)
		boot->host->print(boot->ctx, hello, sizeof(hello) - 1);
	if (__builtin_setjmp(out))
		return LKL_RUN_DEAD;
	return serve();
}

static void submit(struct lkl_request *request)
{
	queue[count++] = request;
	__atomic_fetch_or(&boot->shared->pending, LKL_PENDING_REQUEST, __ATOMIC_SEQ_CST);
}

static void leave(void)
{
	__builtin_longjmp(out, 1);
}

/* The address to jump to: comes without a usable stack, so it takes that of the last run(). */
__attribute__((naked)) static void abort_run(void)
{
#if defined(__x86_64__)
	__asm__("mov 16+out(%rip), %rsp\n\tand $-16, %rsp\n\tsub $264, %rsp\n\tjmp leave");
#else
	__asm__("adrp x0, out\n\tadd x0, x0, :lo12:out\n\tldr x1, [x0, #16]\n\tsub x1, x1, #256\n\tmov sp, x1\n\tb leave");
#endif
}

__attribute__((visibility("default"))) int32_t entry(const struct lkl_boot *from)
{
	if (from->version != LKL_ABI_VERSION || from->size != sizeof(*from))
		return -22;
	boot = from;
	boot->kernel->version = LKL_ABI_VERSION;
	boot->kernel->size = sizeof(*boot->kernel);
	boot->kernel->run = run;
	boot->kernel->submit = submit;
	boot->kernel->abort = abort_run;
	/* Referenced from assembly only. */
	__asm__ volatile("" : : "r"(leave), "r"(out));
	return 0;
}
