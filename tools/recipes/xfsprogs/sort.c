// SPDX-License-Identifier: GPL-2.0-only
/*
 * qsort(3) that keeps the order of equal elements, as glibc's does and wasi-libc's does not. xfs_repair relies on it:
 * it sorts the parent pointers that it found, and a possible duplicate must come after what it duplicates.
 */
#include <stdlib.h>
#include <string.h>

struct sort {
	size_t size;
	int (*compare)(const void *, const void *);
	char *spare;	/* for half of the elements, or NULL when there was no memory */
};

/* Moves each element to its place among those before it. */
static void insert(const struct sort *sort, char *from, size_t count)
{
	const size_t size = sort->size;

	for (size_t done = 1; done < count; done++) {
		for (char *at = from + done * size; at > from && sort->compare(at - size, at) > 0; at -= size) {
			for (size_t byte = 0; byte < size; byte++) {
				char moved = at[byte];

				at[byte] = at[byte - size];
				at[byte - size] = moved;
			}
		}
	}
}

static void merge(const struct sort *sort, char *from, size_t left, size_t right)
{
	const size_t size = sort->size;
	char *target = from, *one = sort->spare, *two = from + left * size;

	memcpy(one, from, left * size);
	while (left > 0 && right > 0) {
		if (sort->compare(one, two) <= 0) {
			memcpy(target, one, size);
			one += size;
			left--;
		} else {
			memcpy(target, two, size);
			two += size;
			right--;
		}
		target += size;
	}
	memcpy(target, one, left * size);
}

static void sort_range(const struct sort *sort, char *from, size_t count)
{
	const size_t left = count / 2;
	char *middle = from + left * sort->size;

	if (count < 2)
		return;
	sort_range(sort, from, left);
	sort_range(sort, middle, count - left);
	if (sort->compare(middle - sort->size, middle) > 0)
		merge(sort, from, left, count - left);
}

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	struct sort sort = { .size = size, .compare = compare };

	if (count < 2 || size == 0)
		return;
	sort.spare = malloc(count / 2 * size);
	if (!sort.spare) {
		insert(&sort, base, count);
		return;
	}
	sort_range(&sort, base, count);
	free(sort.spare);
}
