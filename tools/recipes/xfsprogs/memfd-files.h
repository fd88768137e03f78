/* SPDX-License-Identifier: GPL-2.0-only */
/* What memfd.c and memfd-seek.c know of a memory file. */
#ifndef KDISK_MEMFD_FILES_H
#define KDISK_MEMFD_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "memfd-pages.h"

struct file {
	bool open;
	off_t size;
	struct page **buckets;
	size_t bucket_count;	/* a power of two, or 0 */
	size_t page_count;
	uint64_t *sorted;	/* indexes of the pages that are no holes, in order; NULL: not up to date */
	size_t sorted_count;
};

/* NULL with errno EBADF when there is none of this number. */
struct file *file_of(int fd);

/* Whether a page was punched while it was mapped, and not written to since. */
bool is_hole(const struct page *page);

#endif
