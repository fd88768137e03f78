// SPDX-License-Identifier: GPL-2.0-only
// The time of day, which stands still at lkl.time=SECONDS where the host wants the same bytes written twice: then only
// the monotonic clock goes on. The linker leads the callers of these functions here (--wrap in the Makefile).
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/timekeeping.h>

void __real_ktime_get_coarse_real_ts64(struct timespec64 *now);
void __wrap_ktime_get_coarse_real_ts64(struct timespec64 *now);
void __real_ktime_get_real_ts64(struct timespec64 *now);
void __wrap_ktime_get_real_ts64(struct timespec64 *now);
time64_t __real_ktime_get_real_seconds(void);
time64_t __wrap_ktime_get_real_seconds(void);
ktime_t __real_ktime_get_with_offset(enum tk_offsets clock);
ktime_t __wrap_ktime_get_with_offset(enum tk_offsets clock);

static bool stands __ro_after_init;
static time64_t seconds __ro_after_init;

static int __init stand_still(char *value)
{
	stands = value && !kstrtos64(value, 10, &seconds);
	return stands ? 0 : -EINVAL;
}
early_param("lkl.time", stand_still);

void __wrap_ktime_get_coarse_real_ts64(struct timespec64 *now)
{
	if (stands)
		*now = (struct timespec64){ .tv_sec = seconds };
	else
		__real_ktime_get_coarse_real_ts64(now);
}

void __wrap_ktime_get_real_ts64(struct timespec64 *now)
{
	if (stands)
		*now = (struct timespec64){ .tv_sec = seconds };
	else
		__real_ktime_get_real_ts64(now);
}

time64_t __wrap_ktime_get_real_seconds(void)
{
	return stands ? seconds : __real_ktime_get_real_seconds();
}

ktime_t __wrap_ktime_get_with_offset(enum tk_offsets clock)
{
	return stands && clock == TK_OFFS_REAL ? ktime_set(seconds, 0) : __real_ktime_get_with_offset(clock);
}
