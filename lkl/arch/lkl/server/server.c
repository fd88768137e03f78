// SPDX-License-Identifier: GPL-2.0-only
// The system call server: what process 1 and its helpers do instead of running a user program.
#include <linux/file.h>
#include <linux/fs_struct.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/resume_user_mode.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/wait.h>
#include <asm/irqflags.h>
#include <asm/lkl.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

/* Requests that may wait in the kernel at once (locks, pipes); one that waits does not hold the others. */
#define MAX_SERVERS	64

static DECLARE_WAIT_QUEUE_HEAD(servers);
/* Process 1 is the first. */
static int server_count = 1, idle_servers = 1;
static struct lkl_request *first, *last;

/* The host calls this outside run(), so nothing else looks at the queue meanwhile. */
void lkl_submit(struct lkl_request *request)
{
	request->done = 0;
	request->next = 0;
	if (first)
		last->next = (u64)request;
	else
		first = request;
	last = request;
	__atomic_fetch_or(&lkl_shared->pending, LKL_PENDING_REQUEST, __ATOMIC_SEQ_CST);
}

void lkl_request_interrupt(void)
{
	struct lkl_request *request;
	int waiting = 0;

	for (request = first; request; request = (struct lkl_request *)request->next)
		waiting++;
	if (waiting)
		wake_up_nr(&servers, waiting);
}

static long crash(unsigned long how)
{
	if (how == LKL_CRASH_PANIC)
		panic("the host asked for it");
	if (how == LKL_CRASH_BUG)
		BUG();
	if (how == LKL_CRASH_FAULT)
		WRITE_ONCE(*(int *)8ul, 0);
	return -EINVAL;
}

/* mount(2) copies a whole page of options and counts on a fault to stop it where the caller's memory ends. */
static long mount_with_options(const u64 *args)
{
	char *page = (char *)get_zeroed_page(GFP_KERNEL);
	long ret;

	if (!page)
		return -ENOMEM;
	strscpy(page, (const char *)args[4], PAGE_SIZE);
	ret = lkl_syscall_table[__NR_mount](args[0], args[1], args[2], args[3], (unsigned long)page, 0);
	free_page((unsigned long)page);
	return ret;
}

static long perform(const struct lkl_request *request)
{
	const u64 *args = request->args;

	if (request->nr == __NR_mount && args[4])
		return mount_with_options(args);
	if (request->nr < __NR_syscalls)
		return lkl_syscall_table[request->nr](args[0], args[1], args[2], args[3], args[4], args[5]);
	switch (request->nr) {
	case LKL_REQUEST_DEVICE_ADD:
		return lkl_device_add(args[0]);
	case LKL_REQUEST_DEVICE_REMOVE:
		return lkl_device_remove(args[0]);
	case LKL_REQUEST_BUFFER:
		return lkl_buffer(args[0]);
	case LKL_REQUEST_READ_DIRECT:
	case LKL_REQUEST_WRITE_DIRECT:
		return lkl_direct(args[0], request->nr == LKL_REQUEST_WRITE_DIRECT, (void *)args[1], args[2], args[3]);
	case LKL_REQUEST_CRASH:
		return crash(args[0]);
	}
	return -ENOSYS;
}

static void set_root(const struct path *root)
{
	set_fs_root(current->fs, root);
	set_fs_pwd(current->fs, root);
}

/* Each server has an fs_struct of its own, so its root can be changed for the length of one call. */
static long perform_below(const struct lkl_request *request)
{
	struct path own_root;
	struct fd root;
	long ret;

	if (request->root < 0)
		return perform(request);
	root = fdget_raw(request->root);
	if (!fd_file(root))
		return -EBADF;
	get_fs_root(current->fs, &own_root);
	set_root(&fd_file(root)->f_path);
	fdput(root);
	ret = perform(request);
	set_root(&own_root);
	path_put(&own_root);
	return ret;
}

/* What a return to user mode would do: closes files for good, forgets signals (there is nobody to take them). */
static void finish(void)
{
	if (test_thread_flag(TIF_NOTIFY_RESUME))
		resume_user_mode_work(NULL);
	if (signal_pending(current))
		flush_signals(current);
}

static int serve(void *unused);

static void add_server(void)
{
	if (user_mode_thread(serve, NULL, CLONE_FILES) < 0)
		return;
	server_count++;
	idle_servers++;
}

static struct lkl_request *next_request(void)
{
	struct lkl_request *request;

	wait_event_idle_exclusive(servers, first);
	request = first;
	first = (struct lkl_request *)request->next;
	/* Taken without being woken: an interrupt for it would find nothing to do. */
	if (!first)
		__atomic_fetch_and(&lkl_shared->pending, ~LKL_PENDING_REQUEST, __ATOMIC_SEQ_CST);
	return request;
}

static int serve(void *unused)
{
	for (;;) {
		struct lkl_request *request = next_request();

		/* Somebody must be there for the one that this one waits for. */
		if (!--idle_servers && server_count < MAX_SERVERS)
			add_server();
		request->ret = perform_below(request);
		finish();
		lkl_make_room();
		idle_servers++;
		request->done = 1;
		lkl_leave(LKL_RUN_DONE);
		lkl_clock();
		cond_resched();
	}
	return 0;
}

static int __init server_init(void)
{
	/* The mode that a request names is the mode it means. The other servers inherit this. */
	current->fs->umask = 0;
	/* A program may open as many files in here as on its host. */
	current->signal->rlim[RLIMIT_NOFILE] = (struct rlimit){ 1 << 20, 1 << 20 };
	/* The rest of kernel_init() is for systems with an init program. */
	system_state = SYSTEM_RUNNING;
	return serve(NULL);
}
late_initcall_sync(server_init);
