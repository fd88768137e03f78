/* SPDX-License-Identifier: GPL-2.0-only */
/* What squashfs-tools expects of a Unix beside compat/: read before each of its files. */
#ifndef KDISK_SQUASHFS_THREADS_H
#define KDISK_SQUASHFS_THREADS_H

#include <pthread.h>
#include <signal.h>
#include <sys/sysmacros.h>
#include <time.h>

int sigwait(const sigset_t *set, int *signal);
int sigwaitinfo(const sigset_t *set, siginfo_t *info);
int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *time);
int pthread_kill(pthread_t thread, int signal);
int pthread_cancel(pthread_t thread);
_Noreturn void pthread_exit(void *result);

#endif
