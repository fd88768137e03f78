// SPDX-License-Identifier: GPL-2.0-only
/* vfprintf() with "%pV" as the kernel's printk has it: the argument points to a format and its arguments. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Laid out as struct va_format of include/kerncompat.h. */
struct nested_format {
	const char *format;
	va_list *arguments;
};

int kdisk_vfprintf(FILE *stream, const char *format, va_list arguments);

/* Takes the arguments of format[0, length): a va_list that was passed on cannot be asked how far it is. */
static void skip(const char *format, size_t length, va_list *arguments)
{
	const char *end = format + length;

	while ((format = memchr(format, '%', end - format))) {
		int longs = 0;

		for (format++; format < end && strchr("-+ #0123456789.*lhzjt", *format); format++) {
			if (*format == '*')
				(void)va_arg(*arguments, int);
			longs += *format == 'l' ? 1 : *format == 'j' ? 2 : 0;
		}
		if (format == end)
			return;
		if (strchr("eEfFgGaA", *format))
			(void)va_arg(*arguments, double);
		else if (strchr("sp", *format))
			(void)va_arg(*arguments, void *);
		else if (longs > 1)
			(void)va_arg(*arguments, long long);
		else if (!strchr("%m", *format))
			(void)va_arg(*arguments, long);
		format++;
	}
}

int kdisk_vfprintf(FILE *stream, const char *format, va_list arguments)
{
	const char *nested = strstr(format, "%pV");
	struct nested_format *inner;
	va_list rest;
	char *head;
	int done;

	if (!nested)
		return vfprintf(stream, format, arguments);
	head = strndup(format, nested - format);
	if (!head)
		return -1;
	va_copy(rest, arguments);
	skip(format, nested - format, &rest);
	done = vfprintf(stream, head, arguments);
	free(head);
	inner = va_arg(rest, struct nested_format *);
	if (done >= 0)
		done = kdisk_vfprintf(stream, inner->format, *inner->arguments);
	if (done >= 0)
		done = kdisk_vfprintf(stream, nested + 3, rest);
	va_end(rest);
	return done;
}
