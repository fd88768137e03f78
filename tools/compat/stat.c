// SPDX-License-Identifier: GPL-2.0-only
// stat(2) with permission bits: preview 1 tells only the type of a file, the host the rest.
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <wasi/libc-find-relpath.h>

#include "kdisk_host.h"

#define UNKNOWN 0xffffffffu
#define FOLLOW 1u /* preview 1's lookupflags */

int __real_fstat(int fd, struct stat *result);
int __real_stat(const char *path, struct stat *result);
int __real_lstat(const char *path, struct stat *result);
int __real_fstatat(int dirfd, const char *path, struct stat *result, int flags);

static void set_mode(struct stat *result, uint32_t mode)
{
	if (mode != UNKNOWN)
		result->st_mode = mode;
}

static void set_mode_of_path(int dirfd, const char *path, struct stat *result, uint32_t flags)
{
	char space[PATH_MAX];
	char *relative = space;
	const char *prefix;

	if (dirfd == AT_FDCWD || path[0] == '/') {
		dirfd = __wasilibc_find_relpath(path, &prefix, &relative, sizeof(space));
		if (dirfd < 0)
			return;
		path = relative;
	}
	set_mode(result, kdisk_path_mode(dirfd, path, strlen(path), flags));
}

int __wrap_fstat(int fd, struct stat *result)
{
	if (__real_fstat(fd, result))
		return -1;
	set_mode(result, kdisk_mode(fd));
	return 0;
}

int __wrap_stat(const char *path, struct stat *result)
{
	if (__real_stat(path, result))
		return -1;
	set_mode_of_path(AT_FDCWD, path, result, FOLLOW);
	return 0;
}

int __wrap_lstat(const char *path, struct stat *result)
{
	if (__real_lstat(path, result))
		return -1;
	set_mode_of_path(AT_FDCWD, path, result, 0);
	return 0;
}

int __wrap_fstatat(int dirfd, const char *path, struct stat *result, int flags)
{
	if (__real_fstatat(dirfd, path, result, flags))
		return -1;
	set_mode_of_path(dirfd, path, result, flags & AT_SYMLINK_NOFOLLOW ? 0 : FOLLOW);
	return 0;
}
