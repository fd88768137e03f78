// SPDX-License-Identifier: GPL-2.0-only
// The kernel log goes to the host, line by line.
#include <linux/console.h>
#include <linux/init.h>
#include <asm/lkl.h>

void lkl_console_init(void);

static void host_write(struct console *console, const char *text, unsigned int length)
{
	LKL_HOST3(print, text, length);
}

static struct console host_console = {
	.name = "host",
	.write = host_write,
	.flags = CON_PRINTBUFFER | CON_ENABLED | CON_ANYTIME,
	.index = -1,
};

void __init lkl_console_init(void)
{
	register_console(&host_console);
}
