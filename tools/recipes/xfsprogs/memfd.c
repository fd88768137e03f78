// SPDX-License-Identifier: GPL-2.0-only
/* Memory files: a hash table of pages for each. What finds holes is in memfd-seek.c. */
#define KDISK_MEMFD_ITSELF
#include "memfd.h"
#include "memfd-files.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static struct file *files;
static int file_count;

struct file *file_of(int fd)
{
	if (fd < 0 || fd >= file_count || !files[fd].open) {
		errno = EBADF;
		return NULL;
	}
	return &files[fd];
}

static struct page **bucket_of(const struct file *file, uint64_t index)
{
	return &file->buckets[(index * 0x9e3779b97f4a7c15u >> 32) & (file->bucket_count - 1)];
}

static struct page *find_page(const struct file *file, uint64_t index)
{
	struct page *page;

	if (file->bucket_count == 0)
		return NULL;
	for (page = *bucket_of(file, index); page; page = page->next)
		if (page->index == index)
			return page;
	return NULL;
}

static bool grow_table(struct file *file)
{
	struct file larger = *file;

	larger.bucket_count = file->bucket_count ? 2 * file->bucket_count : 64;
	larger.buckets = calloc(larger.bucket_count, sizeof(*larger.buckets));
	if (!larger.buckets)
		return false;
	for (size_t number = 0; number < file->bucket_count; number++) {
		while (file->buckets[number]) {
			struct page *page = file->buckets[number];
			struct page **bucket = bucket_of(&larger, page->index);

			file->buckets[number] = page->next;
			page->next = *bucket;
			*bucket = page;
		}
	}
	free(file->buckets);
	*file = larger;
	return true;
}

static void forget_order(struct file *file)
{
	free(file->sorted);
	file->sorted = NULL;
}

static struct page *make_page(struct file *file, uint64_t index)
{
	struct page *page = find_page(file, index);
	struct page **bucket;

	if (page) {
		if (page->punched) {
			page->punched = false;
			forget_order(file);
		}
		return page;
	}
	if (file->page_count >= file->bucket_count && !grow_table(file))
		return NULL;
	page = new_page(file - files, index);
	if (!page)
		return NULL;
	bucket = bucket_of(file, index);
	page->next = *bucket;
	*bucket = page;
	file->page_count++;
	forget_order(file);
	return page;
}

/* Makes a hole of a page. One that is mapped stays, as zeroes, until it is unmapped. Gives what is linked now. */
static struct page **drop_page(struct file *file, struct page **link)
{
	struct page *page = *link;

	forget_order(file);
	if (page->mappings) {
		memset(page_data(page), 0, PAGE_BYTES);
		page->punched = true;
		return &page->next;
	}
	*link = page->next;
	file->page_count--;
	free_page(page);
	return link;
}

/* The pages from first to end - 1. */
static void drop_pages(struct file *file, uint64_t first, uint64_t end)
{
	struct page **link;

	if (file->bucket_count == 0)
		return;
	if (end - first == 1) {
		for (link = bucket_of(file, first); *link; link = &(*link)->next) {
			if ((*link)->index == first) {
				drop_page(file, link);
				return;
			}
		}
		return;
	}
	for (size_t number = 0; number < file->bucket_count; number++)
		for (link = &file->buckets[number]; *link;)
			link = (*link)->index >= first && (*link)->index < end ? drop_page(file, link) : &(*link)->next;
}

int memfd_open(const char *name, unsigned int flags)
{
	struct file *larger;
	int fd;

	(void)name;
	(void)flags;
	for (fd = 0; fd < file_count; fd++)
		if (!files[fd].open)
			break;
	if (fd == file_count) {
		larger = realloc(files, (file_count + 1) * sizeof(*files));
		if (!larger) {
			errno = ENOMEM;
			return -1;
		}
		files = larger;
		file_count++;
	}
	memset(&files[fd], 0, sizeof(files[fd]));
	files[fd].open = true;
	return fd;
}

int memfd_close(int fd)
{
	struct file *file = file_of(fd);

	if (!file)
		return -1;
	drop_pages(file, 0, UINT64_MAX);
	/* Pages that are mapped still are not given back: whoever has them may write to them. */
	free(file->buckets);
	file->buckets = NULL;
	file->bucket_count = 0;
	file->open = false;
	return 0;
}

int memfd_fchmod(int fd, mode_t mode)
{
	(void)mode;
	return file_of(fd) ? 0 : -1;
}

int memfd_fstat(int fd, struct stat *stat)
{
	struct file *file = file_of(fd);

	if (!file)
		return -1;
	memset(stat, 0, sizeof(*stat));
	stat->st_size = file->size;
	stat->st_blocks = (blkcnt_t)file->page_count * (PAGE_BYTES / 512);
	return 0;
}

int memfd_ftruncate(int fd, off_t size)
{
	struct file *file = file_of(fd);
	struct page *last;

	if (!file)
		return -1;
	if (size < 0) {
		errno = EINVAL;
		return -1;
	}
	if (size < file->size) {
		last = find_page(file, size / PAGE_BYTES);
		if (last && size % PAGE_BYTES)
			memset(page_data(last) + size % PAGE_BYTES, 0, PAGE_BYTES - size % PAGE_BYTES);
		drop_pages(file, (size + PAGE_BYTES - 1) / PAGE_BYTES, UINT64_MAX);
	}
	file->size = size;
	return 0;
}

int memfd_fallocate(int fd, int mode, off_t offset, off_t length)
{
	struct file *file = file_of(fd);
	uint64_t end = offset + length;

	(void)mode;
	if (!file)
		return -1;
	if (offset < 0 || length <= 0) {
		errno = EINVAL;
		return -1;
	}
	/* The ends of the hole may lie within pages. */
	for (uint64_t at = offset; at < end && at % PAGE_BYTES; at = at / PAGE_BYTES * PAGE_BYTES + PAGE_BYTES) {
		struct page *page = find_page(file, at / PAGE_BYTES);
		uint64_t left = PAGE_BYTES - at % PAGE_BYTES;

		if (page)
			memset(page_data(page) + at % PAGE_BYTES, 0, left < end - at ? left : end - at);
	}
	uint64_t first = (offset + PAGE_BYTES - 1) / PAGE_BYTES;
	uint64_t last = end / PAGE_BYTES;

	if (end % PAGE_BYTES && last >= first) {
		struct page *page = find_page(file, last);

		if (page)
			memset(page_data(page), 0, end % PAGE_BYTES);
	}
	if (first < last)
		drop_pages(file, first, last);
	return 0;
}

ssize_t memfd_pread(int fd, void *target, size_t count, off_t offset)
{
	struct file *file = file_of(fd);
	size_t done = 0;

	if (!file)
		return -1;
	if (offset >= file->size)
		return 0;
	if ((off_t)count > file->size - offset)
		count = file->size - offset;
	while (done < count) {
		uint64_t at = offset + done;
		size_t part = PAGE_BYTES - at % PAGE_BYTES;
		struct page *page = find_page(file, at / PAGE_BYTES);

		if (part > count - done)
			part = count - done;
		if (page)
			memcpy((char *)target + done, page_data(page) + at % PAGE_BYTES, part);
		else
			memset((char *)target + done, 0, part);
		done += part;
	}
	return done;
}

ssize_t memfd_pwrite(int fd, const void *source, size_t count, off_t offset)
{
	struct file *file = file_of(fd);
	size_t done = 0;

	if (!file)
		return -1;
	while (done < count) {
		uint64_t at = offset + done;
		size_t part = PAGE_BYTES - at % PAGE_BYTES;
		struct page *page = make_page(file, at / PAGE_BYTES);

		if (!page) {
			errno = ENOMEM;
			return -1;
		}
		if (part > count - done)
			part = count - done;
		memcpy(page_data(page) + at % PAGE_BYTES, (const char *)source + done, part);
		done += part;
	}
	if (offset + (off_t)count > file->size)
		file->size = offset + count;
	return done;
}

void *memfd_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	struct file *file = file_of(fd);
	struct page *page;

	(void)address;
	(void)protection;
	if (!file)
		return MAP_FAILED;
	if (length != PAGE_BYTES || offset < 0 || offset % PAGE_BYTES || offset >= file->size ||
	    !(flags & MAP_SHARED)) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	page = make_page(file, offset / PAGE_BYTES);
	if (!page) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	page->mappings++;
	return page_data(page);
}

int memfd_munmap(void *address, size_t length)
{
	struct page *page = page_of_data(address);
	struct file *file;

	(void)length;
	page->mappings--;
	file = file_of(page->fd);
	if (file && !page->mappings && is_hole(page))
		drop_pages(file, page->index, page->index + 1);
	return 0;
}
