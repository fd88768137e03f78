#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs e2fsprogs' own test-suite, its scripts as they are, and prints upstream's line for each case.
#
# usage: test/suites/e2fsprogs.sh wasm|native WORK-DIRECTORY [CASE...]     CASE: f_dup or the like; all without one
#        native: Debian's build of the same version, which tells what is to be expected
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
kind=$1 work=$2
shift 2
source=$(readlink -f "$root/tools/build/packages/e2fsprogs/source")
suite=$source/tests

# program NAME DIRECTORY: as upstream's build tree has it
program() {
	mkdir -p "$work/$2"
	if [ "$kind" = native ] && [ -e "$native/$1" ]; then
		# By the name of upstream's tree, which is in what is expected of some cases.
		sed "s| --argv0 [^ ]*| --argv0 \"\$0\"|" "$native/$1" >"$work/$2/$1"
		chmod +x "$work/$2/$1"
		return
	fi
	local file=$root/tools/build/$1.wasm
	[ -e "$file" ] || file=$root/tools/build/test/$1.wasm
	printf '#!/bin/sh\nTOOL_ARGV0=$0 exec node --no-warnings %s %s "$@"\n' "$root/test/support/tool-runner.cjs" "$file" >"$work/$2/$1"
	chmod +x "$work/$2/$1"
}

native=''
[ "$kind" = wasm ] || native=$(bash "$root/tools/native.sh")
mkdir -p "$work/tests" "$work/lib"
for name in mke2fs dumpe2fs tune2fs e2image e2undo chattr lsattr; do program $name misc; done
program e2fsck e2fsck
program debugfs debugfs
program resize2fs resize
for name in test_icount crcsum; do program $name tests/progs; done
cd "$work/tests"
# Cases look in it for what was built in: libarchive and libmagic are not.
: >"$work/lib/config.h"
cp "$suite/mke2fs.conf.in" mke2fs.conf
"$suite/scripts/gen-test-data" >test_data.tmp
{
	# What upstream's Makefile puts in front of test_one.in.
	printf '#!/bin/sh\nHTREE=y\nQUOTA=y\nSRCDIR=%s\nDIFF_OPTS=-u\nSIZEOF_TIME_T=8\nDD=dd\n' "$suite"
	cat "$suite/test_one.in"
} >test_one
chmod +x test_one
if [ $# -eq 0 ]; then
	for name in "$suite"/[a-z]_*; do set -- "$@" "$(basename "$name")"; done
fi
printf "$suite/%s\n" "$@" | TMPDIR=$work xargs -P "$(nproc)" -n 1 ./test_one --skip-slow-tests 2>&1
