/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of mounts: always empty. */
#ifndef KDISK_MNTENT_H
#define KDISK_MNTENT_H

#include <stdio.h>

#define MOUNTED "/etc/mtab"
#define _PATH_MOUNTED "/etc/mtab"
#define MNTTYPE_IGNORE "ignore"
#define MNTTYPE_SWAP "swap"
#define MNTOPT_RO "ro"
#define MNTOPT_RW "rw"

struct mntent {
	char *mnt_fsname;
	char *mnt_dir;
	char *mnt_type;
	char *mnt_opts;
	int mnt_freq;
	int mnt_passno;
};

FILE *setmntent(const char *path, const char *mode);
struct mntent *getmntent(FILE *table);
struct mntent *getmntent_r(FILE *table, struct mntent *entry, char *buffer, int size);
int endmntent(FILE *table);
char *hasmntopt(const struct mntent *entry, const char *option);

#endif
