// SPDX-License-Identifier: GPL-2.0-only
// Strings of the host: unlike lib/strncpy_from_user.c these never read past the end, where no page may be.
#include <linux/export.h>
#include <linux/string.h>
#include <linux/uaccess.h>

long strncpy_from_user(char *to, const char __user *from, long count)
{
	long length = strnlen((const char __force *)from, count);

	memcpy(to, (const char __force *)from, length);
	if (length < count)
		to[length] = 0;
	return length;
}

long strnlen_user(const char __user *from, long count)
{
	return strnlen((const char __force *)from, count) + 1;
}
