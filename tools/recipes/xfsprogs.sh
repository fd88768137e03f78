# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# xfsprogs: mkfs.xfs, xfs_repair, xfs_db (behind xfs_admin: labels, UUIDs), xfs_logprint. What is odd about it:
#
# * liburcu is a few lines of ours (include/urcu.h), for one thread. xfs_repair's work queues run when they are joined
#   (threads.c), it never prefetches (repair.c: as with -P), and its memory files are ours (memfd.c).
# * Upstream's Makefiles only name the files: they run in directories of the build and include builddefs and rules.mk.
# * Times and inode generations come from the host's clock and random numbers: with both fixed, and -m uuid=, the image
#   is the same each time. There is no SOURCE_DATE_EPOCH in 6.13.
# * /disk is a regular file, so mkfs.xfs discards nothing: whoever wants the old content gone does so before.
#
#   mkfs.xfs -f [-q] [-L LABEL] [-m uuid=UUID] [OPTION...] /disk      at least 300 MiB; LABEL of 12 bytes at most
#   xfs_repair -n -f /disk       check. Exit 0: clean, 1: damaged
#   xfs_repair -f /disk          repair. Exit 0: done, 2: the log is dirty and nothing was done, 1: not possible;
#                                with -e, 4 instead of 0: there was something to repair
#   xfs_repair -L -f /disk       throws a dirty log away; mounting, which replays it, comes first
#   xfs_db -x -p xfs_admin -c label /disk      shows it; "label NAME" sets it, "label --" clears it
#   xfs_db -x -p xfs_admin -c uuid /disk       likewise "uuid UUID", "uuid generate", "uuid nil", "uuid restore"
#                                xfs_db ends with 0 whatever happens: the answer is what it wrote ("new label =",
#                                "new UUID ="), and it cuts labels of more than 12 bytes
#   xfs_logprint -t /disk        what the log holds

# shellcheck disable=SC2034
needs='util-linux libinih'
# shellcheck disable=SC2034
programs='mkfs.xfs xfs_repair xfs_db xfs_logprint'

# objects_of DIRECTORY: compiles what its Makefile lists, into a library or for a program
objects_of() {
	mkdir -p "$1"
	run make -j2 -C "$1" -f "$source/$1/Makefile" NODEP=1 SRC="$source" BUILD="$PWD" RECIPE="$recipe" \
		CC="$CC $CPPFLAGS -isystem $here/compat/uapi" AR="$AR" kdisk
}

# program NAME DIRECTORY LIBRARY-OR-FLAG...
program() {
	local name=$1 files
	read -r -a files <"$2/objects"
	shift 2
	link "$name" "${files[@]}" "$@" "${objects[@]}" -lblkid -luuid -lcommon
	publish "$name"
}

build() {
	local directory file
	mkdir -p include/xfs
	cp "$recipe/builddefs" include/
	for file in "$source"/{include,libxfs}/*.h; do ln -sf "$file" include/xfs/; done
	compile_own -Wno-unused-command-line-argument -I"$recipe/include" -isystem "$here/compat/uapi" -isystem include \
		-isystem "$source/include" -isystem "$source" -D__linux__ -- \
		"$recipe"/{threads,memfd,memfd-seek,memfd-pages,sort,repair}.c
	for directory in libfrog libxfs libxcmd libxlog mkfs repair db logprint; do objects_of "$directory"; done
	local repair=o/own/repair.o xfs=libxfs/libxfs.a frog=libfrog/libfrog.a xlog=libxlog/libxlog.a xcmd=libxcmd/libxcmd.a
	objects=(o/own/{threads,memfd,memfd-seek,memfd-pages,sort}.o)
	program mkfs.xfs mkfs "$xfs" "$xcmd" "$frog" -linih
	program xfs_repair repair "$repair" "$xfs" "$xlog" "$xcmd" "$frog" -Wl,--wrap=xfrog_geometry
	program xfs_db db "$xfs" "$xlog" "$frog"
	program xfs_logprint logprint "$xfs" "$xlog" "$frog"
}
