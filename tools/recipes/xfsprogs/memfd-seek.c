// SPDX-License-Identifier: GPL-2.0-only
/* Where memory files have data and holes: xfs_repair reckons by it how large a B-tree will be. */
#define KDISK_MEMFD_ITSELF
#include "memfd.h"
#include "memfd-files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool is_hole(const struct page *page)
{
	const char *data = page_data(page);

	return page->punched && data[0] == 0 && memcmp(data, data + 1, PAGE_BYTES - 1) == 0;
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static bool sort_pages(struct file *file)
{
	size_t count = 0;

	if (file->sorted)
		return true;
	file->sorted = malloc((file->page_count + 1) * sizeof(*file->sorted));
	if (!file->sorted)
		return false;
	for (size_t number = 0; number < file->bucket_count; number++)
		for (struct page *page = file->buckets[number]; page; page = page->next)
			if (!is_hole(page))
				file->sorted[count++] = page->index;
	file->sorted_count = count;
	qsort(file->sorted, count, sizeof(*file->sorted), compare);
	return true;
}

off_t memfd_lseek(int fd, off_t offset, int whence)
{
	struct file *file = file_of(fd);
	uint64_t index = offset / PAGE_BYTES;
	size_t low = 0, high;

	if (!file)
		return -1;
	if (whence != SEEK_DATA && whence != SEEK_HOLE) {
		errno = EINVAL;
		return -1;
	}
	if (offset < 0 || offset >= file->size) {
		errno = ENXIO;
		return -1;
	}
	if (!sort_pages(file)) {
		errno = ENOMEM;
		return -1;
	}
	for (high = file->sorted_count; low < high;) {
		size_t middle = (low + high) / 2;

		if (file->sorted[middle] < index)
			low = middle + 1;
		else
			high = middle;
	}
	if (whence == SEEK_DATA) {
		if (low == file->sorted_count || (off_t)(file->sorted[low] * PAGE_BYTES) >= file->size) {
			errno = ENXIO;
			return -1;
		}
		return file->sorted[low] == index ? offset : (off_t)(file->sorted[low] * PAGE_BYTES);
	}
	if (low == file->sorted_count || file->sorted[low] != index)
		return offset;
	while (low < file->sorted_count && file->sorted[low] == index) {
		low++;
		index++;
	}
	return (off_t)(index * PAGE_BYTES) < file->size ? (off_t)(index * PAGE_BYTES) : file->size;
}
