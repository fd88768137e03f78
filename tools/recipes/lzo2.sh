# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# lzo: for btrfs, f2fs, squashfs.

build() {
	local files=("$source"/src/*.c) header
	compile -I"$source/include" -I"$source" -- "${files[@]#"$source/"}"
	archive liblzo2.a "${objects[@]}"
	publish_library liblzo2.a liblzo2.a
	for header in "$source"/include/lzo/*.h; do publish_header "$header" "lzo/$(basename "$header")"; done
}
