/* SPDX-License-Identifier: GPL-2.0-only */
/* What wasi-libc's <time.h> leaves out: time zones. It is UTC here. */
#ifndef KDISK_TIME_H
#define KDISK_TIME_H

#include_next <time.h>

extern char *tzname[2];
extern int daylight;
extern long timezone;
void tzset(void);

#endif
