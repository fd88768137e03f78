// SPDX-License-Identifier: GPL-2.0-only
// Block moves: words for short ones, the CPU's own string instructions for the rest.
#include <linux/export.h>
#include <linux/string.h>
#include <asm/page.h>

/* Below this, starting a string instruction costs more than it saves (about 30 cycles since Ivy Bridge). */
#define STRING_MIN	128

struct word { u64 value; } __packed __aligned(1) __attribute__((may_alias));

static __always_inline void forward(u8 *to, const u8 *from, size_t length)
{
	for (; length >= 8; to += 8, from += 8, length -= 8)
		((struct word *)to)->value = ((const struct word *)from)->value;
	for (; length; length--)
		*to++ = *from++;
}

void *memcpy(void *to, const void *from, size_t length)
{
	void *at = to;

	if (length < STRING_MIN)
		forward(to, from, length);
	else
		asm volatile("rep movsb" : "+D" (at), "+S" (from), "+c" (length) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t length)
{
	u8 *target = to;
	const u8 *source = from;

	if (target - source >= length)
		return memcpy(to, from, length);
	while (length >= 8) {
		length -= 8;
		((struct word *)(target + length))->value = ((const struct word *)(source + length))->value;
	}
	while (length--)
		target[length] = source[length];
	return to;
}

void *memset(void *at, int byte, size_t length)
{
	u64 word = (u8)byte * 0x0101010101010101ull;
	void *start = at;
	u8 *target = at;

	if (length >= STRING_MIN) {
		asm volatile("rep stosb" : "+D" (start), "+c" (length) : "a" (byte) : "memory");
		return at;
	}
	for (; length >= 8; target += 8, length -= 8)
		((struct word *)target)->value = word;
	while (length--)
		*target++ = byte;
	return at;
}

void clear_page(void *page)
{
	size_t words = PAGE_SIZE / 8;

	asm volatile("rep stosq" : "+D" (page), "+c" (words) : "a" (0) : "memory");
}

void copy_page(void *to, const void *from)
{
	size_t words = PAGE_SIZE / 8;

	asm volatile("rep movsq" : "+D" (to), "+S" (from), "+c" (words) : : "memory");
}
