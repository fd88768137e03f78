/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For fsck.c, whose bytes_to_human_readable(size_t bytes) tells the size of the volume: a size_t has 32 bits here. The
 * first word in the parentheses, of the definition and of each call, gets a name of its own.
 */
#define bytes_to_human_readable(bytes) bytes_to_human_readable(wide_##bytes)
#define wide_size_t unsigned long long
#define wide_1 1
#define wide_exfat exfat
