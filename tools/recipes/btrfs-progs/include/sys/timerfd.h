/* SPDX-License-Identifier: GPL-2.0-only */
/* Timers to read from: there are none (ENOSYS). */
#ifndef KDISK_BTRFS_TIMERFD_H
#define KDISK_BTRFS_TIMERFD_H

#include <time.h>

int timerfd_create(clockid_t clock, int flags);
int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old);

#endif
