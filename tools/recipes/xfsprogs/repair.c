// SPDX-License-Identifier: GPL-2.0-only
/* What is always so for xfs_repair here: no prefetching, and a computer with 1 GiB of memory. */
#include <string.h>
#include <sys/sysinfo.h>
#include "before.h"
#include <xfs/xfs.h>

/* The cache of blocks gets 3/4 of this, less what xfs_repair reckons to need besides; -m says otherwise. */
#define MEMORY_BYTES (1024ul * 1024 * 1024)

/* repair/prefetch.c; 0 is what the option -P sets. Prefetching takes threads, and there is no latency to hide. */
extern int do_prefetch;

__attribute__((constructor)) static void no_prefetch(void)
{
	do_prefetch = 0;
}

int sysinfo(struct sysinfo *info)
{
	memset(info, 0, sizeof(*info));
	info->totalram = MEMORY_BYTES;
	info->freeram = MEMORY_BYTES;
	info->mem_unit = 1;
	return 0;
}

/*
 * Asks for the sectors of the file system that the image is a file of, to warn if direct I/O could not reach those
 * of the image. There is no such file system (linked with --wrap=xfrog_geometry).
 */
int __wrap_xfrog_geometry(int fd, struct xfs_fsop_geom *geometry)
{
	(void)fd;
	memset(geometry, 0, sizeof(*geometry));
	geometry->sectsize = 512;
	return 0;
}
