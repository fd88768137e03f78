// SPDX-License-Identifier: GPL-2.0-only
// Processes: there is one, and it can start no other.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int refuse(int error)
{
	errno = error;
	return -1;
}

pid_t fork(void) { return refuse(ENOSYS); }
pid_t vfork(void) { return refuse(ENOSYS); }
pid_t wait(int *status) { return waitpid(-1, status, 0); }
pid_t getppid(void) { return 1; }
pid_t gettid(void) { return getpid(); }
pid_t getpgrp(void) { return getpid(); }
pid_t setsid(void) { return refuse(EPERM); }

pid_t waitpid(pid_t pid, int *status, int options)
{
	(void)pid;
	(void)status;
	(void)options;
	return refuse(ECHILD);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	(void)path;
	(void)argv;
	(void)envp;
	return refuse(ENOSYS);
}

int execv(const char *path, char *const argv[]) { return execve(path, argv, NULL); }
int execvp(const char *file, char *const argv[]) { return execve(file, argv, NULL); }

int execl(const char *path, const char *arg, ...)
{
	(void)arg;
	return execve(path, NULL, NULL);
}

int execlp(const char *file, const char *arg, ...)
{
	(void)arg;
	return execve(file, NULL, NULL);
}

int system(const char *command)
{
	/* "Is there a shell?" */
	if (!command)
		return 0;
	return refuse(ENOSYS);
}

FILE *popen(const char *command, const char *mode)
{
	(void)command;
	(void)mode;
	refuse(ENOSYS);
	return NULL;
}

int pclose(FILE *stream)
{
	(void)stream;
	return refuse(ECHILD);
}

int pipe2(int fds[2], int flags)
{
	(void)fds;
	(void)flags;
	return refuse(ENOSYS);
}

int pipe(int fds[2]) { return pipe2(fds, 0); }

int daemon(int nochdir, int noclose)
{
	(void)nochdir;
	(void)noclose;
	return refuse(ENOSYS);
}

long syscall(long number, ...)
{
	(void)number;
	return refuse(ENOSYS);
}
