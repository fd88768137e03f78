/* SPDX-License-Identifier: GPL-2.0-only */
/* Groups: only root, 0, is known by name. */
#ifndef KDISK_GRP_H
#define KDISK_GRP_H

#include <stddef.h>
#include <sys/types.h>

struct group {
	char *gr_name;
	char *gr_passwd;
	gid_t gr_gid;
	char **gr_mem;
};

struct group *getgrnam(const char *name);
struct group *getgrgid(gid_t gid);
int getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, struct group **result);
int getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, struct group **result);
int initgroups(const char *user, gid_t group);
int setgroups(size_t count, const gid_t *list);

#endif
