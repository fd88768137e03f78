// SPDX-License-Identifier: GPL-2.0-only
/* The functions of include/absent.h: each fails as a kernel without it would. */
#include <errno.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/timerfd.h>

#include "include/absent.h"

static int none(void)
{
	errno = ENOSYS;
	return -1;
}

int socket(int family, int type, int protocol)
{
	(void)family;
	(void)type;
	(void)protocol;
	return none();
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
	(void)fd;
	(void)address;
	(void)length;
	return none();
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
	return bind(fd, address, length);
}

int listen(int fd, int backlog)
{
	(void)fd;
	(void)backlog;
	return none();
}

ssize_t splice(int in, off_t *in_offset, int out, off_t *out_offset, size_t length, unsigned int flags)
{
	(void)in;
	(void)in_offset;
	(void)out;
	(void)out_offset;
	(void)length;
	(void)flags;
	return none();
}

int timerfd_create(clockid_t clock, int flags)
{
	(void)clock;
	(void)flags;
	return none();
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
	(void)fd;
	(void)flags;
	(void)value;
	(void)old;
	return none();
}

/* A hint, and never an error. */
ssize_t readahead(int fd, off_t offset, size_t length)
{
	(void)fd;
	(void)offset;
	(void)length;
	return 0;
}

/* A quarter of it is what the programs keep of metadata: 256 MiB. */
int sysinfo(struct sysinfo *info)
{
	memset(info, 0, sizeof(*info));
	info->totalram = 1UL << 30;
	info->freeram = info->totalram;
	info->mem_unit = 1;
	return 0;
}

/* Threads have ended before pthread_create() is back. */
int pthread_cancel(pthread_t thread)
{
	(void)thread;
	return 0;
}

int pthread_tryjoin_np(pthread_t thread, void **result)
{
	return pthread_join(thread, result);
}

/* Stands for pthread_create() in common/task-utils.c, whose threads are endless loops that show progress. */
int kdisk_no_progress(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int kdisk_no_progress(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
	(void)thread;
	(void)attributes;
	(void)run;
	(void)argument;
	return EAGAIN;
}
