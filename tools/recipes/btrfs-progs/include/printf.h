/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * glibc's <printf.h> as far as "%pV" needs it: a format and its arguments inside another format. Nothing is registered:
 * where this header is included, vfprintf() itself knows %pV (printf.c).
 */
#ifndef KDISK_BTRFS_PRINTF_H
#define KDISK_BTRFS_PRINTF_H

#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

#define PA_POINTER 5

struct printf_info {
	unsigned short user;
};

static inline int register_printf_specifier(int letter, void *print, void *arguments)
{
	(void)letter;
	(void)print;
	(void)arguments;
	return 0;
}

static inline int register_printf_modifier(const wchar_t *name)
{
	(void)name;
	return 1;
}

int kdisk_vfprintf(FILE *stream, const char *format, va_list arguments);
#define vfprintf kdisk_vfprintf

#endif
