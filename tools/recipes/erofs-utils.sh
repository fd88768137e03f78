# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# erofs-utils: its configure script is made by autotools, which are not needed for thirty answers: config.h has them.
# What is odd about it:
#
# * The tree comes as a tar archive on standard input (--tar=f): owners, devices and extended attributes need no root.
# * Blocks: -b4096, the page of the machine is the default. A reader's kernel must have pages as large.
# * The image is shorter than /disk: superblock at 1024, blocks (u32 at 36) << blkszbits (u8 at 12).
# * Compression: -zlz4, -zlz4hc, -zdeflate, -zzstd, -zlzma. One thread: it is built without them.
#
#   mkfs.erofs --tar=f -b4096 [-L LABEL] [-U UUID] [-zlz4hc] /disk <TAR     reproducible: -T SECONDS --all-time
#   fsck.erofs /disk      dump.erofs -s /disk

needs='zlib xz-utils lz4 libzstd'
programs='mkfs.erofs fsck.erofs dump.erofs'

build() {
	local flags=(-include "$recipe/config.h" -DHAVE_CONFIG_H -I"$recipe" -I"$source/include" -I"$source/lib" -DNDEBUG
		-D_FILE_OFFSET_BITS=64)
	local files=(config io cache super inode xattr exclude namei data compress compressor zmap decompress
		compress_hints hashmap sha256 blobchunk dir fragments dedupe uuid_unparse uuid tar block_list rebuild diskbuf
		bitops dedupe_ext compressor_lz4 compressor_lz4hc compressor_liblzma kite_deflate compressor_deflate
		compressor_libzstd xxhash)

	compile "${flags[@]}" -- $(printf 'lib/%s.c ' "${files[@]}")
	archive liberofs.a "${objects[@]}"
	for program in $programs; do
		objects=()
		compile "${flags[@]}" -- "${program%.erofs}/main.c"
		link "$program" "${objects[@]}" liberofs.a -llz4 -llzma -lz -lzstd
		publish "$program"
	done
}
