// SPDX-License-Identifier: GPL-2.0-only
// Extended attributes: no file of the sandbox has any, or takes any.
#include <errno.h>
#include <sys/xattr.h>

static int refuse(void)
{
	errno = ENOTSUP;
	return -1;
}

#define UNUSED __attribute__((unused))
#define GET (UNUSED const char *path, UNUSED const char *name, UNUSED void *value, UNUSED size_t size)
#define FGET (UNUSED int fd, UNUSED const char *name, UNUSED void *value, UNUSED size_t size)
#define LIST (UNUSED const char *path, UNUSED char *list, UNUSED size_t size)
#define FLIST (UNUSED int fd, UNUSED char *list, UNUSED size_t size)
#define SET (UNUSED const char *path, UNUSED const char *name, UNUSED const void *value, UNUSED size_t size, \
	     UNUSED int flags)
#define FSET (UNUSED int fd, UNUSED const char *name, UNUSED const void *value, UNUSED size_t size, UNUSED int flags)

ssize_t getxattr GET { return refuse(); }
ssize_t lgetxattr GET { return refuse(); }
ssize_t fgetxattr FGET { return refuse(); }
ssize_t listxattr LIST { return refuse(); }
ssize_t llistxattr LIST { return refuse(); }
ssize_t flistxattr FLIST { return refuse(); }
int setxattr SET { return refuse(); }
int lsetxattr SET { return refuse(); }
int fsetxattr FSET { return refuse(); }
int removexattr(UNUSED const char *path, UNUSED const char *name) { return refuse(); }
int lremovexattr(UNUSED const char *path, UNUSED const char *name) { return refuse(); }
int fremovexattr(UNUSED int fd, UNUSED const char *name) { return refuse(); }
