# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# e2fsprogs: ext2, ext3, ext4. With its own libuuid and libblkid: /disk has no topology that util-linux' could find.

programs='mke2fs tune2fs dumpe2fs e2image e2undo e2fsck resize2fs debugfs'
test_programs='crcsum test_icount'

build() {
	local program
	configure --disable-nls --disable-fuse2fs --disable-uuidd --disable-defrag --disable-e2initrd-helper \
		--disable-backtrace --without-pthread --without-libarchive BUILD_CC=gcc
	run make -j2 libs
	run make -j2 -C misc mke2fs tune2fs dumpe2fs e2image e2undo
	run make -j2 -C e2fsck e2fsck
	run make -j2 -C resize resize2fs
	run make -j2 -C debugfs debugfs
	run make -j2 -C tests/progs crcsum test_icount
	for program in mke2fs tune2fs dumpe2fs e2image e2undo; do publish "$program" "misc/$program"; done
	publish e2fsck e2fsck/e2fsck
	publish resize2fs resize/resize2fs
	publish debugfs debugfs/debugfs
	publish crcsum tests/progs/crcsum
	publish test_icount tests/progs/test_icount
}
