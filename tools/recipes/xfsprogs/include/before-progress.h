/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read before repair/progress.c: the timer and the signals of its thread. The thread runs when it is joined
 * (threads.c), and that is after it was told by SIGHUP to end.
 */
#ifndef KDISK_XFS_BEFORE_PROGRESS_H
#define KDISK_XFS_BEFORE_PROGRESS_H

#include <pthread.h>
#include <signal.h>
#include <time.h>

static inline int kdisk_timer(void)
{
	return 0;
}

static inline int kdisk_sigwait(int *caught)
{
	*caught = SIGHUP;
	return 0;
}

#define timer_create(clock, event, timer) (*(timer) = 0, kdisk_timer())
#define timer_settime(timer, flags, value, old) kdisk_timer()
#define timer_delete(timer) kdisk_timer()
#define pthread_kill(thread, signal) kdisk_timer()
#define sigwait(set, caught) kdisk_sigwait(caught)

#endif
