# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# liblzma: for squashfs and erofs. Without threads.

build() {
	local header
	configure --disable-threads --disable-xz --disable-xzdec --disable-lzmadec --disable-lzmainfo --disable-lzma-links \
		--disable-scripts --disable-doc --disable-nls --disable-shared --enable-static
	run make -j2 -C src/liblzma liblzma.la
	publish_library liblzma.a src/liblzma/.libs/liblzma.a
	publish_header "$source/src/liblzma/api/lzma.h"
	for header in "$source"/src/liblzma/api/lzma/*.h; do publish_header "$header" "lzma/$(basename "$header")"; done
}
