// SPDX-License-Identifier: GPL-2.0-only
// Clock source and one-shot timer on the host's monotonic clock, both in nanoseconds.
#include <linux/clockchips.h>
#include <linux/clocksource.h>
#include <linux/sched/clock.h>
#include <linux/timekeeping.h>
#include <asm/irqflags.h>
#include <asm/lkl.h>

u64 notrace lkl_clock(void)
{
	u64 now = LKL_HOST(clock_mono);

	if (now >= lkl_shared->deadline_ns)
		__atomic_fetch_or(&lkl_shared->pending, LKL_PENDING_TIMER, __ATOMIC_SEQ_CST);
	return now;
}

unsigned long long notrace sched_clock(void)
{
	return lkl_clock();
}

static u64 clocksource_read(struct clocksource *source)
{
	return lkl_clock();
}

static struct clocksource host_clocksource = {
	.name = "host",
	.rating = 400,
	.read = clocksource_read,
	.mask = CLOCKSOURCE_MASK(64),
	.flags = CLOCK_SOURCE_IS_CONTINUOUS,
};

static int timer_set(unsigned long delta_ns, struct clock_event_device *timer)
{
	lkl_shared->deadline_ns = LKL_HOST(clock_mono) + delta_ns;
	return 0;
}

static int timer_stop(struct clock_event_device *timer)
{
	lkl_shared->deadline_ns = U64_MAX;
	return 0;
}

static struct clock_event_device host_timer = {
	.name = "host",
	.rating = 400,
	.features = CLOCK_EVT_FEAT_ONESHOT,
	.set_next_event = timer_set,
	.set_state_shutdown = timer_stop,
	.set_state_oneshot = timer_stop,
};

void lkl_timer_interrupt(void)
{
	lkl_shared->deadline_ns = U64_MAX;
	host_timer.event_handler(&host_timer);
}

void read_persistent_clock64(struct timespec64 *now)
{
	*now = ns_to_timespec64(LKL_HOST(clock_real));
}

void __init time_init(void)
{
	clocksource_register_hz(&host_clocksource, NSEC_PER_SEC);
	host_timer.cpumask = cpumask_of(0);
	clockevents_config_and_register(&host_timer, NSEC_PER_SEC, 1, LONG_MAX);
}
