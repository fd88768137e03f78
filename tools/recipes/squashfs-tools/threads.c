// SPDX-License-Identifier: GPL-2.0-only
// POSIX threads on one thread, for programs that are pipelines of threads: each pthread runs until it blocks.
//
// Stacks are switched by Asyncify (binaryen): a thread that blocks calls start_unwind, which makes every instrumented
// function return at once after it has put its locals into the thread's `saved` area; the scheduler then rewinds
// another thread the same way. A program that links this must go through
//
//   wasm-opt --asyncify --pass-arg=asyncify-imports@none.none --pass-arg=asyncify-ignore-indirect
//
// so functions that block must not be called through function pointers; start routines may be. There is no preemption,
// so a program takes the same turns in each run.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "include/threads.h"

#define ASYNCIFY(name) __attribute__((import_module("asyncify"), import_name(#name)))

// Layout given by Asyncify: where the next frame goes, and the end of the area.
struct area {
	void *next;
	void *end;
};

ASYNCIFY(start_unwind) void start_unwind(struct area *area);
ASYNCIFY(stop_unwind) void stop_unwind(void);
ASYNCIFY(start_rewind) void start_rewind(struct area *area);
ASYNCIFY(stop_rewind) void stop_rewind(void);

// Bytes. The chain of calls above a blocking one is short in such programs; Asyncify guards the end of what is saved,
// the canary that of the C stack.
#define SAVED_SIZE 65536
#define STACK_SIZE 262144
#define CANARY 0x6b6469736b6b6469ull

struct __pthread {
	struct __pthread *next;	// all threads, a ring in order of creation
	void *(*start)(void *);
	void *argument;
	void *result;
	struct area saved;
	uint64_t *stack;	// lowest address; none for main, which has the program's own
	void *stack_pointer;	// where to go on
	bool begun, ended;
	const void *waits_for;	// condition variable, mutex or thread
	uint64_t ticket;	// order of waiting
	int64_t deadline;	// ns of CLOCK_MONOTONIC, 0: none
};

static struct __pthread main_thread = {.next = &main_thread};
static struct __pthread *current = &main_thread;
static bool rewinding, unwinding;
static uint64_t tickets;
// Volatile, so that the compiler makes no direct call of it: enter() would be instrumented, and leave in the middle.
static int (*volatile program)(void);
static int status;

__asm__(".globaltype __stack_pointer, i32\n");

static inline void *get_stack_pointer(void)
{
	void *value;

	__asm__ volatile("global.get __stack_pointer\n\tlocal.set %0" : "=r"(value));
	return value;
}

static inline void set_stack_pointer(void *value)
{
	__asm__ volatile("local.get %0\n\tglobal.set __stack_pointer" : : "r"(value));
}

static __attribute__((noreturn)) void fail(const char *what)
{
	fprintf(stderr, "threads: %s\n", what);
	abort();
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

// Leaves the thread; comes back when the scheduler has chosen it again.
static __attribute__((noinline)) void switch_out(void)
{
	if (rewinding) {
		stop_rewind();
		rewinding = false;
	} else {
		unwinding = true;
		start_unwind(&current->saved);
	}
}

static void wait_for(const void *what)
{
	current->waits_for = what;
	current->ticket = ++tickets;
	switch_out();
}

static struct __pthread *first_waiter(const void *what)
{
	struct __pthread *first = NULL, *thread = current;

	do {
		if (thread->waits_for == what && (!first || thread->ticket < first->ticket))
			first = thread;
		thread = thread->next;
	} while (thread != current);
	return first;
}

static void wake(struct __pthread *thread)
{
	thread->waits_for = NULL;
	thread->deadline = 0;
}

static void wake_all(const void *what)
{
	struct __pthread *thread;

	while ((thread = first_waiter(what)))
		wake(thread);
}

static bool is_runnable(const struct __pthread *thread)
{
	return !thread->ended && !thread->waits_for && !thread->deadline;
}

// The next in the ring that can run; when all wait, the one whose time comes first.
static struct __pthread *choose(void)
{
	struct __pthread *thread = current, *sleeper = NULL;
	int64_t time = 0;

	do {
		thread = thread->next;
		if (is_runnable(thread))
			return thread;
		if (thread->deadline && (!sleeper || thread->deadline < sleeper->deadline))
			sleeper = thread;
	} while (thread != current);
	if (!sleeper)
		fail("all of them wait for each other");
	time = sleeper->deadline - now();
	if (time > 0) {
		struct timespec rest = {.tv_sec = time / 1000000000, .tv_nsec = time % 1000000000};

		clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, NULL);
	}
	wake(sleeper);
	return sleeper;
}

// Not inlined, and nothing of its own on the C stack: it changes the stack under itself.
static __attribute__((noinline)) void enter(void)
{
	void *own = get_stack_pointer();

	if (current->stack_pointer)
		set_stack_pointer(current->stack_pointer);
	if (current == &main_thread)
		status = program();
	else
		current->result = current->start(current->argument);
	current->stack_pointer = get_stack_pointer();
	set_stack_pointer(own);
}

// Runs the current thread until it blocks or ends.
static void run(void)
{
	if (current->begun) {
		rewinding = true;
		start_rewind(&current->saved);
	}
	current->begun = true;
	enter();
	if (current->stack && *current->stack != CANARY)
		fail("a stack overflowed");
	if (unwinding) {
		unwinding = false;
		stop_unwind();
		return;
	}
	current->ended = true;
	wake_all(current);
}

static void add_area(struct __pthread *thread)
{
	thread->saved.next = malloc(SAVED_SIZE);
	if (!thread->saved.next)
		fail("out of memory");
	thread->saved.end = (char *)thread->saved.next + SAVED_SIZE;
}

int __real___main_void(void);
int __wrap___main_void(void);

// Between the start code of the C library and main(): linked with --wrap=__main_void.
int __wrap___main_void(void)
{
	program = __real___main_void;
	add_area(&main_thread);
	for (;;) {
		run();
		if (main_thread.ended)
			return status;
		current = choose();
	}
}

int pthread_create(pthread_t *restrict id, const pthread_attr_t *restrict attributes, void *(*start)(void *),
		   void *restrict argument)
{
	struct __pthread *thread = calloc(1, sizeof(*thread));

	(void)attributes;
	if (!thread)
		return EAGAIN;
	thread->stack = malloc(STACK_SIZE);
	if (!thread->stack) {
		free(thread);
		return EAGAIN;
	}
	add_area(thread);
	*thread->stack = CANARY;
	thread->stack_pointer = (char *)thread->stack + STACK_SIZE;
	thread->start = start;
	thread->argument = argument;
	// Behind the youngest, so that they take turns in the order of their creation.
	thread->next = &main_thread;
	struct __pthread *last = &main_thread;
	while (last->next != &main_thread)
		last = last->next;
	last->next = thread;
	*id = thread;
	return 0;
}

pthread_t pthread_self(void)
{
	return current;
}

int pthread_join(pthread_t thread, void **result)
{
	if (!thread->ended)
		wait_for(thread);
	if (result)
		*result = thread->result;
	return 0;
}

int pthread_detach(pthread_t thread)
{
	(void)thread;
	return 0;
}

_Noreturn void pthread_exit(void *result)
{
	current->result = result;
	current->ended = true;
	wake_all(current);
	switch_out();
	__builtin_unreachable();
}

// Only the end of the process stops a thread that does not want to.
int pthread_cancel(pthread_t thread)
{
	(void)thread;
	return ENOSYS;
}

void pthread_testcancel(void)
{
}

int pthread_mutex_init(pthread_mutex_t *restrict mutex, const pthread_mutexattr_t *restrict attributes)
{
	(void)attributes;
	memset(mutex, 0, sizeof(*mutex));
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	(void)mutex;
	return 0;
}

#define LOCKED(mutex) ((mutex)->__u.__i[0])

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	while (LOCKED(mutex))
		wait_for(mutex);
	LOCKED(mutex) = 1;
	return 0;
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	if (LOCKED(mutex))
		return EBUSY;
	LOCKED(mutex) = 1;
	return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	struct __pthread *waiter = first_waiter(mutex);

	LOCKED(mutex) = 0;
	if (waiter)
		wake(waiter);
	return 0;
}

int pthread_cond_init(pthread_cond_t *restrict condition, const pthread_condattr_t *restrict attributes)
{
	(void)attributes;
	memset(condition, 0, sizeof(*condition));
	return 0;
}

int pthread_cond_destroy(pthread_cond_t *condition)
{
	(void)condition;
	return 0;
}

int pthread_cond_wait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex)
{
	pthread_mutex_unlock(mutex);
	wait_for(condition);
	return pthread_mutex_lock(mutex);
}

int pthread_cond_signal(pthread_cond_t *condition)
{
	struct __pthread *waiter = first_waiter(condition);

	if (waiter)
		wake(waiter);
	return 0;
}

int pthread_cond_broadcast(pthread_cond_t *condition)
{
	wake_all(condition);
	return 0;
}

int sched_yield(void)
{
	switch_out();
	return 0;
}

int nanosleep(const struct timespec *wanted, struct timespec *rest)
{
	(void)rest;
	current->deadline = now() + wanted->tv_sec * 1000000000ll + wanted->tv_nsec;
	switch_out();
	return 0;
}

static const char signals;

// No signal ever comes to a thread that waits for one.
int sigwait(const sigset_t *set, int *signal)
{
	(void)set, (void)signal;
	wait_for(&signals);
	return EINTR;
}

int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
	(void)info;
	return sigwait(set, NULL);
}

int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *time)
{
	(void)time;
	return sigwaitinfo(set, info);
}

int pthread_kill(pthread_t thread, int signal)
{
	(void)thread;
	return raise(signal) ? errno : 0;
}

void _pthread_cleanup_push(struct __ptcb *block, void (*function)(void *), void *argument)
{
	block->__f = function;
	block->__x = argument;
}

void _pthread_cleanup_pop(struct __ptcb *block, int execute)
{
	if (!execute)
		return;
	// Often given by a cast, which WebAssembly does not let pass: the function returns something.
	if ((void *)block->__f == (void *)pthread_mutex_unlock)
		pthread_mutex_unlock(block->__x);
	else
		block->__f(block->__x);
}
