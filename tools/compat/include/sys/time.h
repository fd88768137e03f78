/* SPDX-License-Identifier: GPL-2.0-only */
/* What wasi-libc's <sys/time.h> leaves out: timers, none of which ever fires. */
#ifndef KDISK_SYS_TIME_H
#define KDISK_SYS_TIME_H

#include_next <sys/time.h>

#define ITIMER_REAL 0

struct itimerval {
	struct timeval it_interval;
	struct timeval it_value;
};

int getitimer(int which, struct itimerval *value);
int setitimer(int which, const struct itimerval *value, struct itimerval *old);

#endif
