# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# f2fs-tools: mkfs.f2fs, and fsck.f2fs, which is dump.f2fs, resize.f2fs, f2fslabel as well. What is odd about it:
#
# * Reproducible: -U, and a fixed clock: the checkpoint's version is a random number seeded by the time. (-T SECONDS
#   fixes times of inodes, -r the seed; the clock does both.)
# * The superblock tells which kernel made it and checked it last; here that is "0.0.0" (natively /proc/version, whence
#   the line "Info: not exist /proc/version!"). It is the one difference to a native image.
# * -f of mkfs is needed where a file system is (else exit 255); the least size is 44 MiB. A label has up to 512
#   characters.
# * fsck.f2fs without flags checks everything and asks at its end ("Do you want to fix this partition? [Y/N]"; the end
#   of stdin there is an assertion that fails); --dry-run neither asks nor writes. -a and -p look only whether the
#   kernel has noted damage, and else exit 0 at once. -f and -y repair all. Exit codes are fsck(8)'s (1 corrected, 4
#   left, 8 operational), but 255 when no superblock or checkpoint is left.
# * Growing: resize.f2fs /disk after the image has grown; -t SECTORS (of 512 bytes), -s allows shrinking (experimental).
# * No command changes the UUID.
#
#   mkfs.f2fs -f -l LABEL -U UUID /disk            fixed clock
#   fsck.f2fs --dry-run /disk         fsck.f2fs -f /disk
#   f2fslabel /disk [LABEL]           resize.f2fs /disk      dump.f2fs -d 1 /disk

needs='util-linux'
programs='mkfs.f2fs fsck.f2fs dump.f2fs resize.f2fs defrag.f2fs f2fslabel'

build() {
	local flags=(-DHAVE_CONFIG_H -I"$recipe" -isystem "$here/compat/uapi" -I"$source/include")

	compile "${flags[@]}" -- lib/libf2fs.c lib/libf2fs_io.c lib/libf2fs_zoned.c lib/nls_utf8.c
	local shared=("${objects[@]}") name
	objects=()
	compile "${flags[@]}" -DWITH_BLKDISCARD -- mkfs/f2fs_format_main.c mkfs/f2fs_format.c mkfs/f2fs_format_utils.c
	link mkfs.f2fs "${shared[@]}" "${objects[@]}" -lblkid -luuid -lcommon
	publish mkfs.f2fs
	objects=()
	compile "${flags[@]}" -- $(cd "$source" && ls fsck/*.c)
	link fsck.f2fs "${shared[@]}" "${objects[@]}" -luuid -lcommon
	# One program, which goes by its name (argv[0]).
	for name in fsck dump resize defrag; do publish "$name.f2fs" fsck.f2fs.wasm; done
	publish f2fslabel fsck.f2fs.wasm
}
