// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads of xfs_repair in a program that has one: a thread runs, from its begin to its end, when somebody joins it.
 *
 * That is right for libfrog's work queues, the one use that is left: the workers that were started find the whole queue
 * when it is terminated, and each job runs in the order of the queue. Prefetching, whose threads talk to each other, is
 * off (repair.c). Who would have to wait for a thread that has not run ends the program with a message.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_COUNT 32

struct deferred {
	void *(*start)(void *);
	void *argument;
	void *result;
};

static struct {
	bool used;
	void (*destructor)(void *);
} keys[KEY_COUNT];

/* Of the thread that runs now. */
static void *values[KEY_COUNT];

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
	struct deferred *deferred = calloc(1, sizeof(*deferred));

	(void)attributes;
	if (!deferred)
		return EAGAIN;
	deferred->start = start;
	deferred->argument = argument;
	*thread = (pthread_t)deferred;
	return 0;
}

static void run(struct deferred *deferred)
{
	void *outer[KEY_COUNT];

	memcpy(outer, values, sizeof(values));
	memset(values, 0, sizeof(values));
	deferred->result = deferred->start(deferred->argument);
	for (int key = 0; key < KEY_COUNT; key++)
		if (values[key] && keys[key].used && keys[key].destructor)
			keys[key].destructor(values[key]);
	memcpy(values, outer, sizeof(values));
}

int pthread_join(pthread_t thread, void **result)
{
	struct deferred *deferred = (struct deferred *)thread;

	run(deferred);
	if (result)
		*result = deferred->result;
	free(deferred);
	return 0;
}

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	for (int number = 0; number < KEY_COUNT; number++) {
		if (keys[number].used)
			continue;
		keys[number].used = true;
		keys[number].destructor = destructor;
		values[number] = NULL;
		*key = number;
		return 0;
	}
	return EAGAIN;
}

int pthread_key_delete(pthread_key_t key)
{
	keys[key].used = false;
	return 0;
}

void *pthread_getspecific(pthread_key_t key)
{
	return values[key];
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
	values[key] = (void *)value;
	return 0;
}

int pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes)
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

_Noreturn static void would_wait(void)
{
	fflush(stdout);
	fputs("This needs threads that run at the same time, which are not to be had here: leave out -o ag_stride.\n",
	      stderr);
	exit(1);
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	(void)condition;
	(void)mutex;
	would_wait();
}

/* Nobody waits. */
int pthread_cond_signal(pthread_cond_t *condition)
{
	(void)condition;
	return 0;
}

int pthread_cond_broadcast(pthread_cond_t *condition)
{
	(void)condition;
	return 0;
}

int sem_init(sem_t *semaphore, int shared, unsigned int value)
{
	(void)shared;
	semaphore->__val[0] = value;
	return 0;
}

int sem_destroy(sem_t *semaphore)
{
	(void)semaphore;
	return 0;
}

int sem_post(sem_t *semaphore)
{
	semaphore->__val[0]++;
	return 0;
}

int sem_trywait(sem_t *semaphore)
{
	if (semaphore->__val[0] == 0) {
		errno = EAGAIN;
		return -1;
	}
	semaphore->__val[0]--;
	return 0;
}

int sem_wait(sem_t *semaphore)
{
	if (sem_trywait(semaphore) < 0)
		would_wait();
	return 0;
}
