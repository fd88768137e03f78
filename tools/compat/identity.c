// SPDX-License-Identifier: GPL-2.0-only
// Users and groups: the program is root, and root is the only name there is.
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static char root_name[] = "root";
static char no_text[] = "";
static char root_home[] = "/";
static char *no_members[] = {NULL};

static struct passwd root_user = {
	.pw_name = root_name,
	.pw_passwd = no_text,
	.pw_gecos = no_text,
	.pw_dir = root_home,
	.pw_shell = no_text,
};

static struct group root_group = {
	.gr_name = root_name,
	.gr_passwd = no_text,
	.gr_mem = no_members,
};

uid_t getuid(void) { return 0; }
uid_t geteuid(void) { return 0; }
gid_t getgid(void) { return 0; }
gid_t getegid(void) { return 0; }

int getgroups(int size, gid_t *list)
{
	if (size > 0)
		list[0] = 0;
	return 1;
}

static int only_root(unsigned int id)
{
	if (id == 0 || id == (unsigned int)-1)
		return 0;
	errno = EPERM;
	return -1;
}

int setuid(uid_t uid) { return only_root(uid); }
int seteuid(uid_t uid) { return only_root(uid); }
int setgid(gid_t gid) { return only_root(gid); }
int setegid(gid_t gid) { return only_root(gid); }
int setreuid(uid_t real, uid_t effective) { return only_root(real) | only_root(effective); }
int setregid(gid_t real, gid_t effective) { return only_root(real) | only_root(effective); }

int setresuid(uid_t real, uid_t effective, uid_t saved)
{
	return only_root(real) | only_root(effective) | only_root(saved);
}

int setresgid(gid_t real, gid_t effective, gid_t saved)
{
	return only_root(real) | only_root(effective) | only_root(saved);
}

int initgroups(const char *user, gid_t group)
{
	(void)user;
	return only_root(group);
}

int setgroups(size_t count, const gid_t *list)
{
	(void)count;
	(void)list;
	return 0;
}

struct passwd *getpwuid(uid_t uid) { return uid == 0 ? &root_user : NULL; }
struct passwd *getpwnam(const char *name) { return strcmp(name, root_name) == 0 ? &root_user : NULL; }
struct group *getgrgid(gid_t gid) { return gid == 0 ? &root_group : NULL; }
struct group *getgrnam(const char *name) { return strcmp(name, root_name) == 0 ? &root_group : NULL; }

int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **result)
{
	(void)buffer;
	(void)size;
	*entry = root_user;
	*result = uid == 0 ? entry : NULL;
	return 0;
}

int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **result)
{
	return getpwuid_r(strcmp(name, root_name) == 0 ? 0 : 1, entry, buffer, size, result);
}

int getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, struct group **result)
{
	(void)buffer;
	(void)size;
	*entry = root_group;
	*result = gid == 0 ? entry : NULL;
	return 0;
}

int getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, struct group **result)
{
	return getgrgid_r(strcmp(name, root_name) == 0 ? 0 : 1, entry, buffer, size, result);
}
