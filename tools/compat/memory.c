// SPDX-License-Identifier: GPL-2.0-only
// Memory for malloc, in growing steps: each step costs the host the same, however small it is. Remembers when the host
// refused some, so that it can tell the user, whatever the program makes of that.
#include <errno.h>
#include <stdint.h>

#define PAGE_BYTES 65536
/* One part in so many of what there is. */
#define STEP 8
#define REFUSED ((uint32_t)-1)

static int32_t refused;

/* In place of wasi-libc's, which is only asked for whole pages, and for no memory back. */
void *__wrap_sbrk(intptr_t increment)
{
	/* Pages that were handed out; the host may have given more. */
	static uint32_t end;
	uint32_t size = __builtin_wasm_memory_size(0), need, step, before;

	if (!end)
		end = size;
	if (increment == 0)
		return (void *)(uintptr_t)(end * PAGE_BYTES);
	if (increment % PAGE_BYTES) {
		errno = EINVAL;
		return (void *)-1;
	}
	need = (uint32_t)increment / PAGE_BYTES;
	if (end + need > size) {
		step = size / STEP;
		if (step <= end + need - size || __builtin_wasm_memory_grow(0, step) == REFUSED)
			if (__builtin_wasm_memory_grow(0, end + need - size) == REFUSED) {
				refused = 1;
				errno = ENOMEM;
				return (void *)-1;
			}
	}
	before = end;
	end += need;
	return (void *)(uintptr_t)(before * PAGE_BYTES);
}

/* The host calls it when the program has ended. */
__attribute__((export_name("kdisk_memory_refused"))) int32_t kdisk_memory_refused(void)
{
	return refused;
}
