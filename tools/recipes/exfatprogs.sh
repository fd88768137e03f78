# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# exfatprogs: exFAT. What is odd about it:
#
# * The volume serial of a new file system is the clock's (seconds and nanoseconds); only tune.exfat sets another. So a
#   given "UUID" (8 hexadecimal digits) takes two steps: mkfs.exfat, tune.exfat -I 0x1234abcd. -U of mkfs and tune is
#   the volume GUID, an entry of the root directory that hardly anybody shows; it is not the UUID that blkid prints.
# * -c (cluster), -b (boundary) know suffixes k, m; a cluster that is no power of two is taken, and fsck.exfat then
#   refuses the volume. The least size is 3 MiB. mkfs.exfat overwrites without a question.
# * A label has at most 11 UTF-16 units.
# * Exit codes: mkfs.exfat and tune.exfat end with 0, or a negative errno or -1 of their own (any number up to 255).
#   fsck.exfat: 0 clean, 1 corrected, 4 left, 8 operational, 16 usage; -p is -a and -y answers yes to all; -r, the
#   default, asks on stdin. -s puts orphaned clusters into files LOSTxxxx.
#
#   mkfs.exfat -L LABEL /disk, then tune.exfat -I 0x1234abcd /disk        fixed clock
#   fsck.exfat -n /disk      fsck.exfat -y /disk
#   tune.exfat -l /disk      tune.exfat -L LABEL /disk      tune.exfat -i /disk      tune.exfat -I 0x1234abcd /disk

programs='mkfs.exfat fsck.exfat tune.exfat exfatlabel dump.exfat'

build() {
	local flags=(-I"$recipe/include" -isystem "$here/compat/uapi" -I"$source/include" -fno-common)

	compile "${flags[@]}" -- lib/libexfat.c lib/exfat_fs.c lib/exfat_dir.c
	local shared=("${objects[@]}")
	program_of() {
		local name=$1
		shift
		objects=()
		compile "${flags[@]}" "$@"
		link "$name" "${shared[@]}" "${objects[@]}"
		publish "$name"
	}
	program_of mkfs.exfat -- mkfs/mkfs.c mkfs/upcase.c
	program_of fsck.exfat -include "$recipe/wide.h" -- fsck/fsck.c fsck/repair.c
	program_of tune.exfat -- tune/tune.c
	program_of exfatlabel -- label/label.c
	program_of dump.exfat -- dump/dump.c
}
