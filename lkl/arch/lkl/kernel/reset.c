// SPDX-License-Identifier: GPL-2.0-only
// However the kernel ends (panic included, see CONFIG_PANIC_TIMEOUT), the host gets control back for good.
#include <linux/reboot.h>
#include <linux/pm.h>
#include <asm/lkl.h>

void (*pm_power_off)(void);

static void __noreturn leave_for_good(void)
{
	for (;;)
		lkl_leave(LKL_RUN_DEAD);
}

void machine_restart(char *command)
{
	leave_for_good();
}

void machine_halt(void)
{
	leave_for_good();
}

void machine_power_off(void)
{
	leave_for_good();
}
