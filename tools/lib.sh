# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What recipes build with. A recipe is recipes/PACKAGE.sh, read by build.sh; it defines
#
#   needs='zlib lz4'        packages whose libraries it uses; they are built before (may be left out)
#   programs='mke2fs'       what ends up as tools/build/PROGRAM.wasm
#   test_programs='crcsum'  the same, in tools/build/test/: only upstream's test-suite wants them
#   build()                 runs in an empty directory, under set -e; a command that fails fails the build
#
# and in build() finds
#
#   $source                 upstream's tree. Read-only: build outside of it, or call copy_source first
#   $recipe                 the directory recipes/PACKAGE, for shims and config.h of this package alone
#   $CC $CPPFLAGS $LDFLAGS  compiler and flags, libraries of `needs` and the shims of compat/ included
#   configure ARGUMENT...   runs $source/configure here; name what it can't find out: ac_cv_...=yes
#   run COMMAND...          a command whose output matters only when it fails (make: run make -j2 ...)
#   compile FLAG... -- FILE...     upstream's C files, named as under $source, or absolute -> o/...; adds to $objects
#   compile_own FLAG... -- FILE... the same for C files of ours: every warning is an error
#   archive lib/libNAME.a OBJECT...
#   link PROGRAM OBJECT-OR-FLAG...   -> PROGRAM.wasm. Objects of ours win over libcompat.a, which wins over libc
#   publish PROGRAM [FILE]           PROGRAM.wasm, or FILE by this name
#   publish_library NAME.a FILE; publish_header FILE [NAME]    for the recipes that need this package
#
# Everything here that fails is a line with the next step; the output of commands is in $log.

say() { echo "tools: $*" >&2; }
fail() { say "$@"; exit 1; }

run() {
	"$@" >>"$log" 2>&1 </dev/null || { tail -n 30 "$log" >&2; fail "$package: '$1 ${2-}' failed; all of it: $log"; }
}

# A copy, for what can't be built outside of its tree. Upstream's files in it have to stay as they are, too.
copy_source() {
	cp -a "$source" "$work/source"
	chmod -R u+w "$work/source"
	source=$work/source
}

configure() {
	run "$source/configure" --host=wasm32-unknown-none --build="$(gcc -dumpmachine)" --disable-dependency-tracking \
		CC="$CC" AR="$AR" RANLIB="$RANLIB" CFLAGS="-O2 ${CFLAGS-}" CPPFLAGS="$CPPFLAGS" LDFLAGS="$LDFLAGS" "$@"
}

compile_with() {
	local compiler=$1 file flags=() object
	local -a list=()
	shift
	while [ "$1" != -- ]; do flags+=("$1"); shift; done
	shift
	for file; do
		case $file in
		/*) object=o/own/$(basename "$file") ;;
		*) object=o/$file file=$source/$file ;;
		esac
		object=${object%.c}.o
		mkdir -p "$(dirname "$object")"
		objects+=("$object")
		list+=("$object" "$file")
	done
	# shellcheck disable=SC2086
	printf '%s\n' "${list[@]}" | xargs -d '\n' -n 2 -P 2 "$compiler" $CPPFLAGS "${flags[@]}" -c -o >>"$log" 2>&1 ||
		{ tail -n 30 "$log" >&2; fail "$package: a file did not compile; all of it: $log"; }
}

compile() { compile_with "$CC" "$@"; }
compile_own() { compile_with "$CC_STRICT" "$@"; }

archive() {
	mkdir -p "$(dirname "$1")"
	rm -f "$1"
	run "$AR" rcs "$@"
}

link() {
	local program=$1
	shift
	# shellcheck disable=SC2086
	run "$CC" $LDFLAGS -o "$program.wasm" "$@"
}

put() {
	[ -s "$1" ] || fail "$package: $1 was not made"
	mkdir -p "$(dirname "$result/$2")"
	cp "$1" "$result/$2"
}

publish() {
	local name=$1 from=${2:-$1.wasm} folder=.
	case " ${test_programs-} " in *" $name "*) folder=test ;; esac
	[ -s "$from" ] || fail "$package: $from was not made"
	# The libraries' debugging information goes; the names of functions stay, for the message of a trap.
	run llvm-objcopy-19 --strip-debug --remove-section=producers "$from" "$name.stripped"
	put "$name.stripped" "$folder/$name.wasm"
}

publish_library() { put "$2" "lib/$1"; }
publish_header() { put "$1" "include/${2:-$(basename "$1")}"; }
