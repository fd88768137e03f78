// SPDX-License-Identifier: GPL-2.0-only
// The terminal: its size stays with the host, and so do all its modes but one.
#include <errno.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "kdisk_host.h"

static int no_terminal(void)
{
	errno = ENOTTY;
	return -1;
}

int ioctl(int fd, int request, ...)
{
	(void)fd;
	(void)request;
	return no_terminal();
}

int tcgetattr(int fd, struct termios *modes)
{
	static const struct termios lines = {.c_lflag = ISIG | ICANON | ECHO};

	if (!isatty(fd))
		return no_terminal();
	*modes = lines;
	return 0;
}

/* Of all modes the host has two: lines, and single keys that are not shown. */
int tcsetattr(int fd, int when, const struct termios *modes)
{
	(void)when;
	return kdisk_terminal_keys(fd, !(modes->c_lflag & ICANON)) ? no_terminal() : 0;
}

int tcflush(int fd, int queue)
{
	(void)fd;
	(void)queue;
	return no_terminal();
}

char *ttyname(int fd)
{
	(void)fd;
	no_terminal();
	return NULL;
}

char *getpass(const char *prompt)
{
	(void)prompt;
	no_terminal();
	return NULL;
}
