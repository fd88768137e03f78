// SPDX-License-Identifier: GPL-2.0-only
// A program as tools/recipes compile them, which says what the shims of tools/compat do.
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <pthread.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static jmp_buf out;
static volatile int caught[2];

static int deep(int levels)
{
	if (levels == 0)
		longjmp(out, 7);
	return deep(levels - 1) + 1;
}

static void catch_first(int signal) { caught[0] = signal; }
static void catch_second(int signal) { caught[1] = signal; }

static void *double_it(void *number)
{
	*(int *)number *= 2;
	return number;
}

static void say(const char *name, long long value) { printf("%s %lld\n", name, value); }

int main(void)
{
	struct sigaction action = {.sa_handler = catch_second};
	unsigned char random[1000] = {0};
	struct stat status;
	pthread_t thread;
	int number = 21;
	void *result;
	FILE *mounts;
	int fd, i;

	i = setjmp(out);
	if (i == 0)
		deep(1000);
	say("longjmp", i);

	signal(SIGUSR1, catch_first);
	sigaction(SIGUSR2, &action, NULL);
	raise(SIGUSR1);
	kill(getpid(), SIGUSR2);
	say("signals", caught[0] * 100 + caught[1]);
	signal(SIGPIPE, SIG_IGN);
	say("ignored", raise(SIGPIPE));

	say("page", sysconf(_SC_PAGESIZE));
	say("getpagesize", getpagesize());
	say("user", getuid() + (strcmp(getpwuid(0)->pw_name, "root") != 0));
	pthread_create(&thread, NULL, double_it, &number);
	pthread_join(thread, &result);
	say("thread", *(int *)result);
	say("fork", fork() == -1 && errno == ENOSYS);
	say("wait", wait(NULL) == -1 && errno == ECHILD);
	mounts = setmntent("/etc/mtab", "r");
	say("mounts", mounts && !getmntent(mounts) && endmntent(mounts));
	say("device", makedev(0x12345, 0x6789a));
	say("major", major(0x123000456789abLL));
	getrandom(random, sizeof(random), 0);
	for (i = 744; i < 1000 && !random[i]; i++)
		;
	say("random", i < 1000);

	stat("/disk", &status);
	say("regular", S_ISREG(status.st_mode) && (status.st_mode & 0777) != 0);
	fd = open("/disk", O_RDWR);
	pwrite(fd, "data", 4, 4096);
	say("punch", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096));
	pread(fd, random, 4, 4096);
	say("zeroes", random[0] + random[1] + random[2] + random[3]);
	say("allocate", fallocate(fd, 0, 0, 4096) == -1 && errno == EOPNOTSUPP);
	say("lock", fcntl(fd, F_SETLK, &(struct flock){.l_type = F_WRLCK}));
	fflush(stdout);

	errno = EIO;
	warn("number %d", 1);
	raise(SIGTERM);
	return 0;
}
