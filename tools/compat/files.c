// SPDX-License-Identifier: GPL-2.0-only
// Calls about files that preview 1 has no word for.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>
#include <wasi/api.h>

#include "kdisk_host.h"

static int refuse(int error)
{
	errno = error;
	return -1;
}

int __real_fcntl(int fd, int command, ...);

/* Locks are granted: the host holds the one on the image, and nobody else is in the sandbox. */
int __wrap_fcntl(int fd, int command, ...)
{
	va_list arguments;
	struct flock *lock;
	int value = 0;

	va_start(arguments, command);
	switch (command) {
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		break;
	case F_GETLK:
	case F_OFD_GETLK:
		lock = va_arg(arguments, struct flock *);
		lock->l_type = F_UNLCK;
		break;
	case F_DUPFD:
		value = dup(fd);
		break;
	case F_SETFD:
	case F_SETFL:
		value = __real_fcntl(fd, command, va_arg(arguments, int));
		break;
	default:
		value = __real_fcntl(fd, command);
	}
	va_end(arguments);
	return value;
}

int flock(int fd, int operation)
{
	(void)fd;
	(void)operation;
	return 0;
}

int lockf(int fd, int command, off_t length)
{
	(void)fd;
	(void)command;
	(void)length;
	return 0;
}

mode_t umask(mode_t mask)
{
	static mode_t now = 022;
	mode_t before = now;

	now = mask & 0777;
	return before;
}

int fchownat(int dirfd, const char *path, uid_t owner, gid_t group, int flags)
{
	(void)dirfd;
	(void)path;
	(void)owner;
	(void)group;
	(void)flags;
	return refuse(ENOSYS);
}

int chown(const char *path, uid_t owner, gid_t group) { return fchownat(AT_FDCWD, path, owner, group, 0); }
int lchown(const char *path, uid_t owner, gid_t group) { return fchownat(AT_FDCWD, path, owner, group, 0); }
int fchown(int fd, uid_t owner, gid_t group) { return fchownat(fd, "", owner, group, 0); }

int mknodat(int dirfd, const char *path, mode_t mode, dev_t device)
{
	(void)dirfd;
	(void)path;
	(void)mode;
	(void)device;
	return refuse(ENOSYS);
}

int mknod(const char *path, mode_t mode, dev_t device) { return mknodat(AT_FDCWD, path, mode, device); }
int mkfifo(const char *path, mode_t mode) { return mknodat(AT_FDCWD, path, mode, 0); }

int lchmod(const char *path, mode_t mode)
{
	(void)path;
	(void)mode;
	return refuse(ENOSYS);
}

int dup(int fd)
{
	int copy = kdisk_dup(fd);

	return copy < 0 ? refuse(-copy) : copy;
}

int dup2(int fd, int to)
{
	int copy, error;

	if (fd == to)
		return fcntl(fd, F_GETFD) < 0 ? -1 : to;
	copy = dup(fd);
	if (copy < 0 || copy == to)
		return copy;
	error = __wasi_fd_renumber(copy, to);
	return error ? refuse(error) : to;
}

int fchdir(int fd)
{
	(void)fd;
	return refuse(ENOSYS);
}

int chroot(const char *path)
{
	(void)path;
	return refuse(EPERM);
}

int fstatfs(int fd, struct statfs *result)
{
	(void)fd;
	(void)result;
	return refuse(ENOSYS);
}

int statfs(const char *path, struct statfs *result)
{
	(void)path;
	return fstatfs(-1, result);
}

ssize_t copy_file_range(int in, off_t *in_offset, int out, off_t *out_offset, size_t length, unsigned int flags)
{
	(void)in;
	(void)in_offset;
	(void)out;
	(void)out_offset;
	(void)length;
	(void)flags;
	return refuse(ENOSYS);
}

/* No sync of everything: programs call fsync for what they mean. */
void sync(void) {}
int syncfs(int fd) { return fsync(fd); }

/* Fills the six X at the end of a template; gives where they are, NULL when there are none. */
static char *fill(char *template)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	size_t length = strlen(template);
	uint8_t random[6];
	char *end = template + length - 6;
	int i;

	if (length < 6 || (strspn(end, "X") != 6 && strspn(end, letters) != 6)) {
		errno = EINVAL;
		return NULL;
	}
	if (getentropy(random, sizeof(random)))
		return NULL;
	for (i = 0; i < 6; i++)
		end[i] = letters[random[i] % 32];
	return end;
}

#define ATTEMPTS 100

int mkostemp(char *template, int flags)
{
	int attempt, fd;

	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		if (!fill(template))
			return -1;
		fd = open(template, O_RDWR | O_CREAT | O_EXCL | (flags & ~O_ACCMODE), 0600);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

int mkstemp(char *template) { return mkostemp(template, 0); }

char *mkdtemp(char *template)
{
	int attempt;

	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		if (!fill(template))
			return NULL;
		if (mkdir(template, 0700) == 0)
			return template;
		if (errno != EEXIST)
			return NULL;
	}
	return NULL;
}

char *mktemp(char *template)
{
	if (!fill(template))
		*template = '\0';
	return template;
}

FILE *tmpfile(void)
{
	char name[] = "/tmp/XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0)
		return NULL;
	unlink(name);
	return fdopen(fd, "w+");
}
