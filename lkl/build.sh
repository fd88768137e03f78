#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the kernel: stock source + arch/lkl + kernel.config -> lkl/build/kdisk-kernel.elf.
#
# Nothing is built twice: results live in ${KDISK_CACHE:-~/.cache/kdisk}, named by a hash of source version, port,
# configuration and toolchain. Kernel source: $KDISK_KERNEL_SOURCE (an unpacked tree or a tarball) if set, else the
# Debian package of LINUX_VERSION. Needs no root.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${KDISK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kdisk}
out=$here/build
# shellcheck source=lkl/LINUX_VERSION
. "$here/LINUX_VERSION"

say() { echo "kernel: $*" >&2; }
fail() { say "$@"; exit 1; }
digest() { sha256sum | cut -c1-16; }

# Names the source without reading it all: the package version, or where a source of the user's own lies.
source_name() {
	if [ -z "${KDISK_KERNEL_SOURCE:-}" ]; then
		echo "$version"
	elif [ -d "$KDISK_KERNEL_SOURCE" ]; then
		echo "tree-$(stat -c '%n %Y' "$KDISK_KERNEL_SOURCE"/{Makefile,fs,mm,kernel} | digest)"
	else
		echo "tarball-$(stat -c '%n %s %Y' "$KDISK_KERNEL_SOURCE" | digest)"
	fi
}

port_files() { (cd "$here" && find arch include kernel.config build.sh -type f | LC_ALL=C sort); }

port_digest() { (cd "$here" && port_files | xargs sha256sum) | digest; }

toolchain_digest() { { ${CC:-gcc} --version && ld --version; } | digest; }

# The package's tarball, by the ordinary client; a newer point release where the pinned one is gone from the archive.
download() {
	local wanted="$package=$version"
	command -v apt-get >/dev/null || fail "no apt-get here: set KDISK_KERNEL_SOURCE to a Linux 6.12 tree or tarball"
	if ! apt-cache show "$wanted" >/dev/null 2>&1; then
		[ "$(id -u)" = 0 ] && apt-get update -q >/dev/null
		apt-cache show "$wanted" >/dev/null 2>&1 || wanted=$package
		apt-cache show "$wanted" >/dev/null 2>&1 ||
			fail "apt knows no $package: run 'sudo apt-get update', or set KDISK_KERNEL_SOURCE to a Linux 6.12 tree"
	fi
	say "getting $wanted"
	(cd "$1" && apt-get download -q "$wanted" >/dev/null 2>&1) || fail "'apt-get download $wanted' failed: is the network up?"
	dpkg-deb -x "$1"/*.deb "$1/deb"
	mv "$1"/deb/usr/src/linux-source-*.tar.xz "$1/linux.tar.xz"
	if [ "$wanted" = "$package" ]; then
		say "$version is not in the archive any more; building $(basename "$1"/*.deb) instead"
	else
		echo "$sha256  $1/linux.tar.xz" | sha256sum --quiet -c - >&2 || fail "the tarball is not the pinned one"
	fi
}

unpack() {
	local work
	work=$(mktemp -d "$cache/unpack.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	if [ -d "${KDISK_KERNEL_SOURCE:-}" ]; then
		say "copying $KDISK_KERNEL_SOURCE"
		cp -a --reflink=auto "$KDISK_KERNEL_SOURCE" "$work/tree"
	else
		if [ -n "${KDISK_KERNEL_SOURCE:-}" ]; then
			cp --reflink=auto "$KDISK_KERNEL_SOURCE" "$work/linux.tar.xz"
		else
			download "$work"
		fi
		say "unpacking"
		mkdir "$work/tree"
		tar -xf "$work/linux.tar.xz" -C "$work/tree" --strip-components=1
		mv "$work/linux.tar.xz" "$tree.tar"
	fi
	[ -e "$work/tree/arch/lkl" ] && fail "that source has an arch/lkl of its own"
	mv "$work/tree" "$tree"
	rm -rf "$work"
	trap - EXIT
}

# Copies what differs, so that make sees only real changes.
overlay() {
	local file to
	mkdir -p "$tree/arch/lkl"
	(cd "$tree/arch/lkl" && find . -type f ! -path ./include/asm/lkl_host.h) | while read -r file; do
		[ -e "$here/arch/lkl/$file" ] || rm "$tree/arch/lkl/$file"
	done
	port_files | while read -r file; do
		case $file in
		arch/*) to=$tree/$file ;;
		include/*) to=$tree/arch/lkl/include/asm/${file#include/} ;;
		*) continue ;;
		esac
		cmp -s "$here/$file" "$to" || { mkdir -p "$(dirname "$to")" && cp "$here/$file" "$to"; }
	done
}

run_make() {
	make -C "$tree" O="$objects" ARCH=lkl KBUILD_BUILD_TIMESTAMP=@0 KBUILD_BUILD_USER=kdisk KBUILD_BUILD_HOST=kdisk \
		-s -j"$(nproc)" "$@" </dev/null >>"$log" 2>&1 || { tail -n 30 "$log" >&2; fail "make $* failed; all of it: $log"; }
}

compile() {
	log=$cache/kernel.log
	: >"$log"
	overlay
	mkdir -p "$objects"
	say "building $(basename "$tree") (the first time takes minutes; log: $log)"
	run_make KCONFIG_ALLCONFIG="$here/kernel.config" allnoconfig
	run_make vmlinux
	mkdir -p "$result.new"
	objcopy --strip-all "$objects/vmlinux" "$result.new/kdisk-kernel.elf"
	cp "$objects/System.map" "$objects/.config" "$result.new/"
	rm -rf "$result"
	mv "$result.new" "$result"
}

key=$(source_name)-$(port_digest)-$(toolchain_digest)
if [ "$(cat "$out/key" 2>/dev/null)" = "$key" ] && [ -e "$out/kdisk-kernel.elf" ]; then
	exit 0
fi
result=$cache/kernel/$key
tree=$cache/source/linux-$(source_name)
objects=$cache/objects/$(source_name)-$(toolchain_digest)
mkdir -p "$cache/kernel" "$cache/source" "$cache/objects" "$out"
exec 9>"$cache/kernel.lock"
flock 9
if [ ! -e "$result/kdisk-kernel.elf" ]; then
	[ -d "$tree" ] || unpack
	compile
fi
cp "$result/kdisk-kernel.elf" "$out/kdisk-kernel.elf.new"
mv "$out/kdisk-kernel.elf.new" "$out/kdisk-kernel.elf"
cp "$result/System.map" "$out/"
# For the test that compares the tree with its tarball.
ln -sfn "$tree" "$out/source"
echo "$key" >"$out/key"
say "ready: $out/kdisk-kernel.elf"
