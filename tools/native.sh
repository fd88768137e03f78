#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian 13's own builds of the programs that tools/ builds, for tests and benchmarks to compare with: the same upstream
# versions, run by their own loader with their own libraries, whatever Debian this is. Needs no root; x86-64 only.
#
# usage: tools/native.sh     prints a directory of programs
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages='e2fsprogs btrfs-progs xfsprogs dosfstools exfatprogs f2fs-tools erofs-utils squashfs-tools ntfs-3g fdisk'
libraries='libc6 libext2fs2t64 libcom-err2 libss2 libblkid1 libuuid1 libmount1 libselinux1 libpcre2-8-0 libzstd1 zlib1g
	liblzo2-2 liblzma5 liblz4-1 libudev1 libcap2 libinih1 liburcu8t64 libedit2 libbsd0 libmd0 libtinfo6 libncursesw6
	libntfs-3g89t64 libgcrypt20 libgpg-error0 libgnutls30t64 libp11-kit0 libidn2-0 libunistring5 libtasn1-6 libnettle8t64
	libhogweed6t64 libgmp10 libffi8 libfdisk1 libsmartcols1 libreadline8t64 libdeflate0 libxxhash0 libreiserfscore0t64
	libdevmapper1.02.1 libicu76 libstdc++6 libgcc-s1'
key=$(cat "${BASH_SOURCE[0]}" "$here/sources" | sha256sum | cut -c1-16)
out=${KDISK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kdisk}/native-$key

# Each program becomes a script that starts it by the loader that belongs to it.
make_scripts() {
	local root=$1 final=$2 program name
	for program in "$root"/usr/bin/* "$root"/usr/sbin/*; do
		[ -f "$program" ] || continue
		name=$(basename "$program")
		[ "$(head -c 4 "$program" | tail -c 3)" = ELF ] || continue
		printf '#!/bin/sh\nexec %s --library-path %s --argv0 %s %s "$@"\n' "$final/root/usr/lib64/ld-linux-x86-64.so.2" \
			"$final/root/usr/lib/x86_64-linux-gnu" "$name" "$final/root${program#"$root"}" >"$work/bin/$name"
		chmod +x "$work/bin/$name"
	done
}

if [ ! -d "$out" ]; then
	mkdir -p "$(dirname "$out")"
	work=$(mktemp -d "$out.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	mkdir "$work/deb" "$work/bin"
	# shellcheck disable=SC2086
	(cd "$work/deb" && "$here/apt.sh" download $packages $libraries)
	for package in "$work"/deb/*.deb; do dpkg-deb -x "$package" "$work/root"; done
	make_scripts "$work/root" "$out"
	rm -rf "$work/deb"
	# Another process may have been faster; its result is the same.
	mv -T "$work" "$out" 2>/dev/null || true
fi
echo "$out/bin"
