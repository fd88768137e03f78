# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# btrfs-progs: mkfs.btrfs, btrfs (check, rescue, restore, inspect-internal, filesystem label), btrfstune. What is odd:
#
# * Reproducible needs more than -U: the device's UUID (--device-uuid), and those of the chunk tree and of the top
#   level, which are random whatever is asked for. So: fixed clock and fixed random numbers (`timestamp`, `seed`).
#   libuuid mixes the process ID into them, which is always 42 here.
# * -f is needed where a file system or partition table is; without it exit 1, "appears to contain an existing
#   filesystem". It never asks. The least size is 109 MiB, 16 MiB with --mixed; -b N makes it smaller than the image.
# * btrfs check reads only; exit 1 means errors. --repair counts 10 s down first, --force spares that. It is not one
#   transaction: an overlay is the right place for it. A log that is not replayed is no error to check; --repair asks
#   whether to clear it, and with an empty stdin gives up with 1.
# * Memory of check: metadata up to 256 MiB (then it is read again), and about 200 bytes for each extent and inode: 58
#   MiB for 60,000 files. --mode=lowmem keeps no records, takes 20 times as long and repairs less.
# * -p of check shows each phase when it is over; in between it would need a thread (include/absent.h).
# * A LOG THAT IS NOT REPLAYED MUST BE REPLAYED FIRST (mount it read-write): btrfs filesystem label and btrfstune do not
#   look, and after them the log has the wrong generation and the volume cannot be mounted until "btrfs rescue
#   zero-log", which may lose what was synced. btrfs filesystem label works without a mount. btrfstune -M, -m tells of
#   /dev/btrfs-control, which is not there, on stderr, and does its work.
# * btrfstune -u, -U rewrites all metadata (-f, or it asks); -m, -M changes only superblocks ("metadata_uuid", an
#   incompatible feature of Linux 5.0).
# * Not here: --rootdir (there are no files in the sandbox), zoned devices, commands that need a mounted file system.
#
#   mkfs.btrfs -f -L LABEL -U UUID --device-uuid UUID /disk       + fixed clock and seed
#   btrfs check --readonly /disk        btrfs check --repair --force /disk      (--clear-space-cache v2 if asked to)
#   btrfs filesystem label /disk [LABEL]
#   btrfstune -f -M UUID /disk          btrfstune -f -U UUID /disk

needs='util-linux zlib libzstd lzo2'
programs='mkfs.btrfs btrfs btrfstune'

# objects_of VARIABLE: the objects that upstream's Makefile lists in it
objects_of() {
	sed -e ':next; /\\$/ { N; s/\\\n//; b next }' "$source/Makefile" | sed -n "s/^$1 =//p" | grep -o '[a-z0-9/_-]*\.o'
}

build() {
	local flags=(-std=gnu11 -include "$recipe/config.h" -I"$recipe/include" -isystem "$here/compat/uapi" -I"$source"
		-I"$source/include" -D_XOPEN_SOURCE=700 -DBTRFS_FLAT_INCLUDES -fno-strict-aliasing -DCOMPRESSION_LZO=1
		-DCOMPRESSION_ZSTD=1)
	local set name
	local -A of=([btrfs]=cmds_objects [mkfs.btrfs]=mkfs_objects [btrfstune]=tune_objects)

	compile_own -I"$recipe/include" -- "$recipe/absent.c" "$recipe/printf.c"
	compile "${flags[@]}" -Dpthread_create=kdisk_no_progress -- common/task-utils.c
	set=$(objects_of objects; objects_of libbtrfsutil_objects; printf '%s\n' crypto/sha224-256.o crypto/blake2b-ref.o)
	compile "${flags[@]}" -- $(sort -u <<<"$set" | grep -v common/task-utils | sed 's/\.o$/.c/')
	local shared=("${objects[@]}")
	for name in $programs; do
		objects=()
		set=$(objects_of "${of[$name]}")
		[ "$name" != btrfs ] || set+=" btrfs.o"
		compile "${flags[@]}" -- ${set//.o/.c}
		link "$name" "${shared[@]}" "${objects[@]}" -lblkid -luuid -lcommon -lz -lzstd -llzo2
		publish "$name"
	done
}
