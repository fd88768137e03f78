// SPDX-License-Identifier: GPL-2.0-only
// err(3), which wasi-libc declares and does not have: messages that begin with the program's name.
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print(const char *cause, const char *format, va_list arguments)
{
	fprintf(stderr, "%s: ", program_invocation_short_name);
	if (format)
		vfprintf(stderr, format, arguments);
	if (cause)
		fprintf(stderr, "%s%s", format ? ": " : "", cause);
	putc('\n', stderr);
}

void vwarn(const char *format, va_list arguments) { print(strerror(errno), format, arguments); }
void vwarnx(const char *format, va_list arguments) { print(NULL, format, arguments); }

_Noreturn void verr(int status, const char *format, va_list arguments)
{
	vwarn(format, arguments);
	exit(status);
}

_Noreturn void verrx(int status, const char *format, va_list arguments)
{
	vwarnx(format, arguments);
	exit(status);
}

void warn(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vwarn(format, arguments);
	va_end(arguments);
}

void warnx(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vwarnx(format, arguments);
	va_end(arguments);
}

_Noreturn void err(int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	verr(status, format, arguments);
}

_Noreturn void errx(int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	verrx(status, format, arguments);
}
