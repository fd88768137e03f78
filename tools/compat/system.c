// SPDX-License-Identifier: GPL-2.0-only
// The system around the program: nothing is mounted, nothing is limited, nobody reads the log, it is UTC.
#include <errno.h>
#include <malloc.h>
#include <mntent.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

char *tzname[2] = {(char[]){"UTC"}, (char[]){"UTC"}};
int daylight;
long timezone;

void tzset(void) {}

static int refuse(int error)
{
	errno = error;
	return -1;
}

int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)
{
	(void)source;
	(void)target;
	(void)type;
	(void)flags;
	(void)data;
	return refuse(EPERM);
}

int umount2(const char *target, int flags)
{
	(void)target;
	(void)flags;
	return refuse(EPERM);
}

int umount(const char *target) { return umount2(target, 0); }

/* An empty table that can be read and closed, as against one that is missing. */
FILE *setmntent(const char *path, const char *mode)
{
	static char nothing[1];

	(void)path;
	(void)mode;
	return fmemopen(nothing, sizeof(nothing), "r");
}

struct mntent *getmntent(FILE *table)
{
	(void)table;
	return NULL;
}

struct mntent *getmntent_r(FILE *table, struct mntent *entry, char *buffer, int size)
{
	(void)entry;
	(void)buffer;
	(void)size;
	return getmntent(table);
}

int endmntent(FILE *table)
{
	if (table)
		fclose(table);
	return 1;
}

char *hasmntopt(const struct mntent *entry, const char *option)
{
	return strstr(entry->mnt_opts, option);
}

int getrlimit(int resource, struct rlimit *limit)
{
	(void)resource;
	limit->rlim_cur = limit->rlim_max = RLIM_INFINITY;
	return 0;
}

int setrlimit(int resource, const struct rlimit *limit)
{
	(void)resource;
	(void)limit;
	return 0;
}

int getpriority(int which, id_t who)
{
	(void)which;
	(void)who;
	return 0;
}

int setpriority(int which, id_t who, int priority)
{
	(void)which;
	(void)who;
	(void)priority;
	return 0;
}

int nice(int increment)
{
	(void)increment;
	return 0;
}

int getdtablesize(void) { return 1024; }
int getloadavg(double *loads, int count) { (void)loads, (void)count; return -1; }

int gethostname(char *name, size_t size)
{
	snprintf(name, size, "kdisk");
	return 0;
}

int getitimer(int which, struct itimerval *value)
{
	(void)which;
	memset(value, 0, sizeof(*value));
	return 0;
}

int setitimer(int which, const struct itimerval *value, struct itimerval *old)
{
	(void)value;
	return old ? getitimer(which, old) : 0;
}

#define ENTROPY_MOST 256 /* of one getentropy(3) call */

ssize_t getrandom(void *buffer, size_t length, unsigned int flags)
{
	size_t done, step;

	(void)flags;
	for (done = 0; done < length; done += step) {
		step = length - done < ENTROPY_MOST ? length - done : ENTROPY_MOST;
		if (getentropy((char *)buffer + done, step))
			return -1;
	}
	return length;
}

void *memalign(size_t alignment, size_t size)
{
	void *memory;

	/* posix_memalign wants at least the size of a pointer. */
	if (alignment < sizeof(void *))
		alignment = sizeof(void *);
	errno = posix_memalign(&memory, alignment, size);
	return errno ? NULL : memory;
}

void *valloc(size_t size) { return memalign(getpagesize(), size); }

void openlog(const char *name, int options, int facility)
{
	(void)name;
	(void)options;
	(void)facility;
}

void vsyslog(int priority, const char *format, va_list arguments)
{
	(void)priority;
	(void)format;
	(void)arguments;
}

void syslog(int priority, const char *format, ...)
{
	(void)priority;
	(void)format;
}

void closelog(void) {}
