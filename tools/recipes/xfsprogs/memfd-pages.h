/* SPDX-License-Identifier: GPL-2.0-only */
/* The pages of memory files (memfd.c). */
#ifndef KDISK_MEMFD_PAGES_H
#define KDISK_MEMFD_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_BYTES 4096

struct page {
	struct page *next;	/* in its bucket, or in the list of free pages */
	uint64_t index;		/* offset in the file / PAGE_BYTES */
	int fd;			/* the file */
	unsigned int mappings;
	bool punched;		/* was made a hole while mapped */
};

/* A page of zeroes, or NULL if there is no memory. */
struct page *new_page(int fd, uint64_t index);
void free_page(struct page *page);

char *page_data(const struct page *page);
/* The page that data, as page_data gave it, belongs to. */
struct page *page_of_data(const void *data);

#endif
