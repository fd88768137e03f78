// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of 4 KiB come from blocks of 64, whose first page describes the other 63: so munmap finds a page's description
 * from its address, and no page costs an allocation of its own.
 */
#include "memfd-pages.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_PAGES 64
#define BLOCK_BYTES (BLOCK_PAGES * PAGE_BYTES)

static struct page *free_pages;

char *page_data(const struct page *page)
{
	uintptr_t block = (uintptr_t)page & ~(uintptr_t)(BLOCK_BYTES - 1);
	size_t number = page - (const struct page *)block;

	return (char *)block + (number + 1) * PAGE_BYTES;
}

struct page *page_of_data(const void *data)
{
	uintptr_t block = (uintptr_t)data & ~(uintptr_t)(BLOCK_BYTES - 1);

	return (struct page *)block + (((uintptr_t)data - block) / PAGE_BYTES - 1);
}

struct page *new_page(int fd, uint64_t index)
{
	struct page *page;

	if (!free_pages) {
		struct page *block = aligned_alloc(BLOCK_BYTES, BLOCK_BYTES);

		if (!block)
			return NULL;
		for (int number = BLOCK_PAGES - 2; number >= 0; number--) {
			block[number].next = free_pages;
			free_pages = &block[number];
		}
	}
	page = free_pages;
	free_pages = page->next;
	*page = (struct page){ .index = index, .fd = fd };
	memset(page_data(page), 0, PAGE_BYTES);
	return page;
}

void free_page(struct page *page)
{
	page->next = free_pages;
	free_pages = page;
}
