// SPDX-License-Identifier: GPL-2.0-only
// Runs a command and prints "wall-ns peak-rss-KiB exit-status": from before posix_spawn to the end of wait4, so that
// the measuring side costs tens of microseconds, where a script would cost milliseconds.
//
// usage: measure OUTPUT COMMAND [ARGUMENT...]     the command's standard output goes to the file OUTPUT
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	struct timespec begin, end;
	struct rusage usage;
	int status, error;
	pid_t child;

	if (argc < 3)
		return 2;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	error = posix_spawnp(&child, argv[2], &actions, NULL, argv + 2, environ);
	if (error) {
		fprintf(stderr, "measure: %s: %s\n", argv[2], strerror(error));
		return 1;
	}
	wait4(child, &status, 0, &usage);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%lld %ld %d\n", (end.tv_sec - begin.tv_sec) * 1000000000LL + end.tv_nsec - begin.tv_nsec, usage.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
