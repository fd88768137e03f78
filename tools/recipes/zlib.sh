# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# zlib: deflate, for btrfs, squashfs, erofs.

build() {
	compile -DHAVE_UNISTD_H -- adler32.c compress.c crc32.c deflate.c gzclose.c gzlib.c gzread.c gzwrite.c infback.c inffast.c \
		inflate.c inftrees.c trees.c uncompr.c zutil.c
	archive libz.a "${objects[@]}"
	publish_library libz.a libz.a
	publish_header "$source/zlib.h"
	publish_header "$source/zconf.h"
}
