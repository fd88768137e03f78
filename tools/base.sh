# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What all packages are built on, made once in the cache: the C library, the shims of compat/, the compiler's two front
# ends, of which one is for upstream's files: their warnings are not ours.

base_digest() { { digest_of base.sh clang.cfg compat && pinned wasi-libc && echo "$toolchain"; } | digest; }

build_base() {
	[ -d "$base" ] && return
	local work=$base.new file libraries
	rm -rf "$work"
	mkdir -p "$work/deb" "$work/bin" "$work/lib" "$work/o"
	dpkg-deb -x "$(fetch wasi-libc)" "$work/deb"
	mv "$work/deb/usr" "$work/sysroot"
	# Copies, as another checkout with the same files may use this, too.
	mkdir "$work/compat"
	cp "$here/clang.cfg" "$work/"
	cp -r "$here/compat/include" "$work/compat/"
	for file in "$here"/compat/*.c; do
		"$clang" --config="$work/clang.cfg" --sysroot="$work/sysroot" -Wall -Wextra -Werror -ffile-prefix-map="$here=tools" \
			-c "$file" -o "$work/o/$(basename "$file" .c).o"
	done
	"$AR" rcs "$work/lib/libcompat.a" "$work"/o/*.o
	libraries='-lcompat -lwasi-emulated-mman -lwasi-emulated-getpid -lwasi-emulated-process-clocks -lsetjmp'
	printf '#!/bin/sh\nexec %s --config=%s --sysroot=%s -B%s -ffile-prefix-map=%s=. %s "$@" -L%s %s\n' \
		"$clang" "$base/clang.cfg" "$base/sysroot" "$base/bin" "$cache" -w "$base/lib" "$libraries" >"$work/bin/cc"
	sed "s| -w | -Wall -Wextra -Werror -Wno-unused-command-line-argument -ffile-prefix-map=$here=tools |" \
		"$work/bin/cc" >"$work/bin/cc-strict"
	# clang runs a wasm-opt that it finds on what it linked: the programs would depend on whether there is one.
	printf '#!/bin/sh\n' >"$work/bin/wasm-opt"
	chmod +x "$work"/bin/*
	rm -rf "$work/deb" "$work/o"
	[ "$base" = "$cache/base-$(base_digest)" ] || fail "tools/compat changed while it was built: run this again"
	mv "$work" "$base"
}
