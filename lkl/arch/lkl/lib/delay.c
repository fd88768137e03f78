// SPDX-License-Identifier: GPL-2.0-only
// Delays on the host's clock.
#include <linux/delay.h>
#include <linux/export.h>
#include <asm/lkl.h>
#include <asm/processor.h>

void __ndelay(unsigned long ns)
{
	u64 end = lkl_clock() + ns;

	while (lkl_clock() < end)
		cpu_relax();
}

void __udelay(unsigned long us)
{
	__ndelay(us * 1000);
}

/* Units of 2^-32 s, see asm-generic/delay.h. */
void __const_udelay(unsigned long loops)
{
	__ndelay((loops * 1000000000ull) >> 32);
}

/* A loop is a nanosecond: calibrate_delay() says so. */
void __delay(unsigned long loops)
{
	__ndelay(loops);
}
