# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# squashfs-tools: mksquashfs under the name by which it takes a tar archive. What is odd about it:
#
# * It is a pipeline of threads that wait for each other: squashfs-tools/threads.c makes them take turns, which needs
#   the Asyncify pass of binaryen's wasm-opt. `-processors 1`: more threads bring nothing.
# * -force: it would refuse a /disk that exists. The image is shorter than /disk: bytes_used in the superblock (offset
#   40, u64), rounded up to 4 KiB.
# * Owners, devices and extended attributes come from the archive, so need no root. An entry "./" gives the root
#   directory its attributes; else -root-mode, -root-uid, -root-gid, and the clock for its time.
# * No label, no UUID: squashfs has neither. There is no checker: unsquashfs would read everything, as the kernel can.
# * With a fixed clock the bytes are those of the native program, save for lz4, which hashes otherwise on 32-bit
#   machines.
#
#   sqfstar -force -no-progress -processors 1 [-comp zstd] [-b 128K] /disk <TAR

needs='zlib xz-utils lz4 lzo2 libzstd'
programs='sqfstar'

build() {
	local flags=(-I"$recipe/include" -include "$recipe/include/threads.h" -D_REENTRANT -D_FILE_OFFSET_BITS=64 -Dlinux
		-DVERSION='"4.6.1"' -DDATE='"2023/03/25"' -DYEAR='"2023"'
		-DCOMP_DEFAULT='"gzip"' -DREPRODUCIBLE_DEFAULT -DXATTR_SUPPORT -DXATTR_DEFAULT
		-DGZIP_SUPPORT -DXZ_SUPPORT -DLZO_SUPPORT -DLZ4_SUPPORT -DZSTD_SUPPORT)
	local files=(mksquashfs read_fs action swap pseudo compressor sort progressbar info restore process_fragments
		caches-queues-lists reader tar date xattr pseudo_xattr read_xattrs tar_xattr
		gzip_wrapper xz_wrapper lzo_wrapper lz4_wrapper zstd_wrapper)

	compile_own -Wno-unused-command-line-argument -D_REENTRANT -- "$recipe/threads.c"
	compile "${flags[@]}" -- $(printf "squashfs-tools/%s.c " "${files[@]}")
	link mksquashfs -Wl,--wrap=__main_void "${objects[@]}" -lz -llzma -llzo2 -llz4 -lzstd
	run wasm-opt -g -O1 --enable-exception-handling --enable-bulk-memory --enable-sign-ext --enable-mutable-globals \
		--enable-nontrapping-float-to-int --enable-multivalue --enable-reference-types --asyncify \
		--pass-arg=asyncify-imports@none.none --pass-arg=asyncify-ignore-indirect mksquashfs.wasm -o sqfstar.wasm
	publish sqfstar
}
