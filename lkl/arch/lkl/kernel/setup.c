// SPDX-License-Identifier: GPL-2.0-only
// The ELF entry point, setup_arch(), and the answers to questions about a processor that is not there.
#include <linux/init.h>
#include <linux/delay.h>
#include <linux/ptrace.h>
#include <linux/sched/debug.h>
#include <linux/sched/task_stack.h>
#include <linux/seq_file.h>
#include <linux/start_kernel.h>
#include <linux/string.h>
#include <asm/irqflags.h>
#include <asm/lkl.h>
#include <asm/page.h>
#include <asm/setup.h>

void lkl_console_init(void);
void lkl_memory_init(void);

const struct lkl_boot *lkl_boot;
struct lkl_shared *lkl_shared;
unsigned long lkl_ram;

static char command_line[COMMAND_LINE_SIZE];

/* Ahead of the host's parameters, so that those win. JFS sizes its tables at boot, for a server: 350 KiB. */
#define DEFAULTS "jfs.nTxBlock=128 "

s32 lkl_entry(const struct lkl_boot *boot);

s32 __ref lkl_entry(const struct lkl_boot *boot)
{
	struct lkl_kernel_ops *kernel = boot->kernel;

	if (boot->version != LKL_ABI_VERSION || boot->size != sizeof(*boot) ||
	    boot->host->version != LKL_ABI_VERSION || boot->host->size != sizeof(*boot->host))
		return -EINVAL;

	lkl_boot = boot;
	lkl_shared = boot->shared;
	lkl_shared->deadline_ns = U64_MAX;
	lkl_ram = (unsigned long)boot->ram;
	lkl_kernel_sp = lkl_stack_prepare((void *)init_stack + THREAD_SIZE - sizeof(struct pt_regs), start_kernel);

	kernel->version = LKL_ABI_VERSION;
	kernel->size = sizeof(*kernel);
	kernel->run = lkl_run;
	kernel->submit = lkl_submit;
	kernel->abort = lkl_abort;
	return 0;
}

void __init setup_arch(char **cmdline)
{
	strscpy(boot_command_line, DEFAULTS, COMMAND_LINE_SIZE);
	strlcat(boot_command_line, lkl_boot->command_line, COMMAND_LINE_SIZE);
	strscpy(command_line, boot_command_line, COMMAND_LINE_SIZE);
	*cmdline = command_line;
	lkl_console_init();
	parse_early_param();
	lkl_memory_init();
}

/* Delays read the host's clock (lib/delay.c), so there is nothing to measure. */
void calibrate_delay(void)
{
	loops_per_jiffy = 1000000000 / HZ;
}

void show_regs(struct pt_regs *regs)
{
}

void show_stack(struct task_struct *task, unsigned long *stack, const char *level)
{
}

static void *cpuinfo_start(struct seq_file *file, loff_t *position)
{
	return *position ? NULL : (void *)1;
}

static void *cpuinfo_next(struct seq_file *file, void *item, loff_t *position)
{
	++*position;
	return NULL;
}

static void cpuinfo_stop(struct seq_file *file, void *item)
{
}

static int cpuinfo_show(struct seq_file *file, void *item)
{
	seq_puts(file, "processor\t: 0\nmodel name\t: library\n");
	return 0;
}

const struct seq_operations cpuinfo_op = {
	.start = cpuinfo_start,
	.next = cpuinfo_next,
	.stop = cpuinfo_stop,
	.show = cpuinfo_show,
};
