/* SPDX-License-Identifier: GPL-2.0-only */
/* What wasi-libc's <sys/resource.h> leaves out: limits (there are none) and priorities. */
#ifndef KDISK_SYS_RESOURCE_H
#define KDISK_SYS_RESOURCE_H

#include_next <sys/resource.h>

#define RLIMIT_FSIZE 1
#define RLIMIT_DATA 2
#define RLIMIT_STACK 3
#define RLIMIT_CORE 4
#define RLIMIT_NOFILE 7
#define RLIMIT_MEMLOCK 8
#define RLIMIT_AS 9
#define RLIM_INFINITY (~0ULL)
#define RUSAGE_CHILDREN (-1)
#define PRIO_PROCESS 0

typedef unsigned long long rlim_t;

struct rlimit {
	rlim_t rlim_cur;
	rlim_t rlim_max;
};

int getrlimit(int resource, struct rlimit *limit);
int setrlimit(int resource, const struct rlimit *limit);
int getpriority(int which, id_t who);
int setpriority(int which, id_t who, int priority);
#define rlimit64 rlimit
#define getrlimit64 getrlimit
#define setrlimit64 setrlimit

#endif
