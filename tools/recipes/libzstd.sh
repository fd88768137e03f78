# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# zstd: for btrfs, f2fs, squashfs, erofs. Without threads, dictionary builder and old formats.

build() {
	local folder files=()
	for folder in common compress decompress; do files+=("$source/lib/$folder"/*.c); done
	compile -DZSTD_DISABLE_ASM -DXXH_NAMESPACE=ZSTD_ -- "${files[@]#"$source/"}"
	archive libzstd.a "${objects[@]}"
	publish_library libzstd.a libzstd.a
	publish_header "$source/lib/zstd.h"
	publish_header "$source/lib/zstd_errors.h"
	publish_header "$source/lib/zdict.h"
}
