# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# dosfstools: FAT12, FAT16, FAT32. What is odd about it:
#
# * SOURCE_DATE_EPOCH is Debian's patch, upstream has no such thing: the volume ID and the times come from the clock, so
#   a fixed clock (the host's `timestamp`) is what makes an image reproducible. With it the bytes are those of Debian's
#   mkfs.fat under SOURCE_DATE_EPOCH. --invariant (ID 1234-abcd, 2015) works, too, but fixes the ID.
# * The UUID of FAT is the volume ID: 8 hexadecimal digits without the dash.
# * fsck.fat has no journal to replay; -p and -a are one (they repair what has an obvious answer, and more), -y says yes
#   to the rest, -r asks. It writes at its end (-w: at once). Exit 1 is "corrected", and also "there is something to
#   correct" with -n; 2 usage. Without -a, -n, -y it asks on stdin, and at the end of stdin it leaves with 1 and has
#   written nothing.
# * Labels: 11 characters. Lower case gets a warning; characters outside ASCII are refused (a char is signed, as on
#   x86).
#
#   mkfs.fat -F 32 -n LABEL -i 1234abcd /disk            fixed clock for the times of the label and the root directory
#   fsck.fat -n -v /disk      fsck.fat -a /disk          check only; repair
#   fatlabel /disk            fatlabel /disk LABEL       tell, set; fatlabel -r /disk removes it
#   fatlabel -i /disk         fatlabel -i /disk 1234abcd tell, set the volume ID; fatlabel -i -r /disk: one by the clock

programs='mkfs.fat fsck.fat fatlabel'

build() {
	local common=(src/boot.c src/common.c src/fat.c src/io.c src/charconv.c)
	sed -e 's/@PACKAGE_VERSION@/4.2/; s/@RELEASE_DATE@/2021-01-31/' "$source/src/version.h.in" >version.h
	local flags=(-include "$recipe/config.h" -I. -I"$source/src/blkdev")

	compile "${flags[@]}" -- "${common[@]}"
	local shared=("${objects[@]}")
	objects=()
	compile "${flags[@]}" -- src/check.c src/file.c src/fsck.fat.c src/lfn.c
	link fsck.fat "${shared[@]}" "${objects[@]}"
	objects=()
	compile "${flags[@]}" -- src/fatlabel.c
	link fatlabel "${shared[@]}" "${objects[@]}"
	objects=()
	compile "${flags[@]}" -- src/mkfs.fat.c src/common.c src/charconv.c src/device_info.c src/blkdev/blkdev.c \
		src/blkdev/linux_version.c
	link mkfs.fat "${objects[@]}"
	for program in $programs; do publish "$program"; done
}
