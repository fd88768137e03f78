/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host offers beyond WASI preview 1: imports of module "kdisk". Errors are preview 1's errno
 * values, which are also those of <errno.h> here.
 */
#ifndef KDISK_HOST_H
#define KDISK_HOST_H

#include <stdint.h>

#define KDISK_IMPORT(name) __attribute__((import_module("kdisk"), import_name(name)))

/* Makes the range read as zeroes and gives its storage back where that can be. Returns 0 or an errno. */
KDISK_IMPORT("discard") int32_t kdisk_discard(int32_t fd, int64_t offset, int64_t length);

/* st_mode (type and permission bits) of an open file; -1 (all bits set) when the host has none to tell. */
KDISK_IMPORT("mode") uint32_t kdisk_mode(int32_t fd);

/* The same for the file at path (not NUL terminated) under dirfd; flags are preview 1's lookupflags. */
KDISK_IMPORT("path_mode")
uint32_t kdisk_path_mode(int32_t dirfd, const char *path, uint32_t length, uint32_t flags);

/* Single keys that are not shown, or lines again (as tcsetattr() asks for). Returns 0, or ENOTTY. */
KDISK_IMPORT("terminal_keys") int32_t kdisk_terminal_keys(int32_t fd, int32_t single);

/* Another number for the same open file, the lowest that is free. Negative errno on failure. */
KDISK_IMPORT("dup") int32_t kdisk_dup(int32_t fd);

#endif

