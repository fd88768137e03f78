#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds upstream's programs, unmodified, as WebAssembly: recipes/PACKAGE.sh -> tools/build/PROGRAM.wasm.
#
# Nothing is built twice: results live in ${KDISK_CACHE:-~/.cache/kdisk}/tools, named by a hash of all that goes into
# them. Sources are Debian's, pinned in `sources`; $KDISK_TOOL_SOURCES, a directory with those files, goes first. Needs
# no root.
#
# usage: tools/build.sh [PACKAGE...]     without one: all
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${KDISK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kdisk}/tools
out=$here/build
# shellcheck source=tools/lib.sh
. "$here/lib.sh"
# shellcheck source=tools/base.sh
. "$here/base.sh"

AR=llvm-ar-19
RANLIB=llvm-ranlib-19
clang=clang-19

digest() { sha256sum | cut -c1-16; }
digest_of() { (cd "$here" && find "$@" -type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 sha256sum) | digest; }

check_toolchain() {
	local command
	for command in $clang wasm-ld-19 llvm-objcopy-19 $AR $RANLIB wasm-opt make gcc; do
		command -v "$command" >/dev/null || fail "$command is missing: run scripts/setup, which says what to install"
	done
	[ -e "$($clang --target=wasm32-wasi -print-libgcc-file-name)" ] ||
		fail "clang's run-time library is missing: install libclang-rt-19-dev-wasm32"
}

toolchain_digest() { { $clang --version && wasm-ld-19 --version; } | digest; }

# tarball_of PACKAGE: its line in `sources`, without the name
pinned() {
	sed -n "s/^$1 //p" "$here/sources"
}

# Gets a pinned file into the cache, and says where it is.
fetch() {
	local file sum work
	read -r file sum <<<"$(pinned "$1")"
	[ -n "${sum-}" ] || fail "$1 has no line in tools/sources"
	echo "$cache/sources/$file"
	[ -e "$cache/sources/$file" ] && return
	mkdir -p "$cache/sources"
	work=$(mktemp -d "$cache/fetch.XXXXXX")
	if [ -e "${KDISK_TOOL_SOURCES:-/nonexistent}/$file" ]; then
		cp "$KDISK_TOOL_SOURCES/$file" "$work/"
	elif [ "$1" = wasi-libc ]; then
		(cd "$work" && "$here/apt.sh" download "$1") || exit 1
	else
		(cd "$work" && "$here/apt.sh" source "$1") || exit 1
	fi
	[ -e "$work/$file" ] || fail "Debian 13 has $(ls "$work") now, and $file is pinned:" \
		"put that file into a directory and set KDISK_TOOL_SOURCES to it"
	echo "$sum  $work/$file" | sha256sum --quiet -c - >&2 || fail "$file is not the pinned file"
	mv "$work/$file" "$cache/sources/$file"
	rm -rf "$work"
}

# Unpacks a package's tarball once, and says where the tree is.
unpack() {
	local tarball tree
	tarball=$(fetch "$1")
	tree=$cache/sources/$1-$(pinned "$1" | digest)
	if [ ! -d "$tree" ]; then
		rm -rf "$tree.new"
		mkdir "$tree.new"
		tar -xf "$tarball" -C "$tree.new" --strip-components=1
		chmod -R a-w "$tree.new"
		mv "$tree.new" "$tree"
	fi
	echo "$tree"
}

# Fails if a file of the tarball is not, byte for byte, in the tree that was built from.
verify_unmodified() {
	local differences
	# Owner, mode and time are those of whoever unpacked it; the warning is about the first component, stripped to "".
	differences=$(LC_ALL=C tar --compare --file "$(fetch "$package")" --directory "$1" --strip-components=1 2>&1 |
		grep -vE ': (Uid|Gid|Mod time|Mode) differs?$|^tar: : Warning: Cannot stat' || true)
	[ -z "$differences" ] || { echo "$differences" >&2; fail "$package: the build changed upstream's files"; }
}

under_lock() {
	local lock=$cache/$1.lock
	shift
	exec {lock_fd}>"$lock"
	flock "$lock_fd"
	"$@"
	exec {lock_fd}>&-
}

recipe_of() {
	[ -e "$here/recipes/$1.sh" ] || fail "there is no recipe $1; there are: $(all_packages | tr '\n' ' ')"
	echo "$here/recipes/$1.sh"
}

all_packages() { (cd "$here/recipes" && ls ./*.sh) | sed 's|^\./||; s|\.sh$||'; }

# needs_of PACKAGE: from the recipe, which only defines things when it is read
needs_of() { (needs='' && . "$(recipe_of "$1")" && echo "$needs"); }

key_of() {
	local need
	{
		echo "$base"
		digest_of lib.sh "recipes/$1.sh" "recipes/$1"
		pinned "$1"
		if grep -q wasm-opt "$(recipe_of "$1")"; then wasm-opt --version; fi
		for need in $(needs_of "$1"); do key_of "$need"; done
	} | digest
}

build_package() {
	local started=$SECONDS source need
	result=$cache/$package-$key
	[ -d "$result" ] && return
	say "building $package (log: $log)"
	: >"$log"
	tree=$(unpack "$package")
	rm -rf "$work" "$result.new"
	mkdir -p "$work" "$result.new"
	(
		set -e
		# shellcheck disable=SC2034
		needs='' programs='' test_programs='' objects=() result=$result.new source=$tree recipe=$here/recipes/$package
		CC=$base/bin/cc CC_STRICT=$base/bin/cc-strict CPPFLAGS='' LDFLAGS=''
		# Nothing of the host's: a library found there would be of another machine.
		export PKG_CONFIG_LIBDIR=/nonexistent CONFIG_SITE=/dev/null LC_ALL=C
		# shellcheck disable=SC1090
		. "$(recipe_of "$package")"
		for need in $needs; do
			CPPFLAGS+=" -I$cache/$need-$(key_of "$need")/include"
			LDFLAGS+=" -L$cache/$need-$(key_of "$need")/lib"
		done
		cd "$work"
		build
		for program in $programs; do
			[ -s "$result/$program.wasm" ] || fail "recipes/$package.sh did not publish $program"
		done
		for program in $test_programs; do
			[ -s "$result/test/$program.wasm" ] || fail "recipes/$package.sh did not publish $program"
		done
		verify_unmodified "$source"
	)
	[ "$(key_of "$package")" = "$key" ] || fail "recipes/$package changed while it was built: run this again"
	ln -s "$tree" "$result.new/source"
	[ -n "${KDISK_TOOLS_KEEP-}" ] || rm -rf "$work"
	mv "$result.new" "$result"
	say "$package: built in $((SECONDS - started)) s"
}

# Shows a package's programs in tools/build, and notes where they come from for the test of unmodified sources.
install_package() {
	local file name
	mkdir -p "$out/test" "$out/packages"
	for file in "$result"/*.wasm "$result"/test/*.wasm; do
		[ -e "$file" ] || continue
		name=${file#"$result/"}
		# Two names of one file: mv would refuse.
		[ "$file" -ef "$out/$name" ] && continue
		ln -f "$file" "$out/$name.new" 2>/dev/null || cp "$file" "$out/$name.new"
		mv -f "$out/$name.new" "$out/$name"
	done
	ln -sfn "$result" "$out/packages/$package"
}

build_and_install() {
	build_package
	install_package
}

one() {
	local need
	for need in $(needs_of "$1"); do (one "$need"); done
	package=$1
	key=$(key_of "$package")
	work=$cache/work/$package
	log=$cache/$package.log
	under_lock "$package" build_and_install
}

# Takes away what no recipe makes any more.
prune() {
	local file package
	for package in "$out"/packages/*; do
		[ -e "$here/recipes/$(basename "$package").sh" ] || rm -f "$package"
	done
	for file in "$out"/*.wasm "$out"/test/*.wasm; do
		compgen -G "$out/packages/*/${file#"$out/"}" >/dev/null || rm -f "$file"
	done
}

main() {
	case ${1-} in
	-*) echo "usage: tools/build.sh [PACKAGE...]     packages: $(all_packages | tr '\n' ' ')" >&2; exit 2 ;;
	esac
	check_toolchain
	toolchain=$(toolchain_digest)
	everything=$({ digest_of . ! -path './build/*' ! -name README.md && echo "$toolchain"; } | digest)
	[ "$(cat "$out/key" 2>/dev/null)" = "$everything" ] && [ $# = 0 ] && exit 0
	base=$cache/base-$(base_digest)
	mkdir -p "$cache" "$cache/work" "$out"
	under_lock base build_base
	# For the test of the shims, which compiles with it.
	ln -sfn "$base" "$out/base"
	if [ $# -gt 0 ]; then
		for package; do (one "$package"); done
		exit 0
	fi
	local started=$SECONDS
	# Two at a time: configure scripts keep one processor busy at most. Each waits for the lock of what it needs.
	all_packages | xargs -P 2 -n 1 "$here/build.sh"
	prune
	rm -f "$out/key"
	echo "$everything" >"$out/key"
	say "ready: $(ls "$out"/*.wasm | wc -l) programs in $out, $((SECONDS - started)) s"
}

# In one line with its end: the script may be changed while it runs.
main "$@"; exit
