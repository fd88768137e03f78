# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# lz4: for f2fs, squashfs, erofs.

build() {
	compile -- lib/lz4.c lib/lz4hc.c lib/lz4frame.c lib/xxhash.c
	archive liblz4.a "${objects[@]}"
	publish_library liblz4.a liblz4.a
	publish_header "$source/lib/lz4.h"
	publish_header "$source/lib/lz4hc.h"
	publish_header "$source/lib/lz4frame.h"
}
