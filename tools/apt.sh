#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian 13's packages on any Debian: apt with lists and configuration of its own in the cache, so the system's stay as
# they are. Needs no root. The mirror is the one that the system uses, or $KDISK_DEBIAN_MIRROR.
#
# usage: tools/apt.sh source PACKAGE...     upstream's tarball of each source package, into this directory
#        tools/apt.sh download PACKAGE...   each binary package (.deb), into this directory
set -euo pipefail

release=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
home=${KDISK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kdisk}/apt
log=$home/log

say() { echo "apt: $*" >&2; }
fail() { say "$@"; exit 1; }

mirror() {
	local uri=${KDISK_DEBIAN_MIRROR:-}
	if [ -z "$uri" ]; then
		uri=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' 'Created-By: Packages' \
			2>/dev/null | LC_ALL=C sort -u | head -n 1 || true)
	fi
	# A system of another make, or one whose lists were never read.
	[ -n "$uri" ] || uri=$(sed -nE 's/^(URIs:|deb( \[[^]]*\])?) +([^ ]*\/debian)\/?( .*)?$/\3/p' \
		/etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
		head -n 1 || true)
	[ -n "$uri" ] || fail "this system has no mirror of Debian: set KDISK_DEBIAN_MIRROR to the address of one," \
		"or KDISK_TOOL_SOURCES to a directory with the files named in tools/sources"
	echo "$uri"
}

apt() {
	apt-get -q -o Dir::Etc::sourcelist="$home/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State="$home/state" -o Dir::State::status=/dev/null -o Dir::Cache="$home/cache" \
		-o APT::Sandbox::User= -o Acquire::Retries=2 "$@" >"$log" 2>&1
}

read_lists() {
	say "reading the lists of Debian's $release"
	apt -o APT::Update::Error-Mode=any update || { cat "$log" >&2; fail "Debian's lists can't be read: is the network up?"; }
}

prepare() {
	local uri signed
	command -v apt-get >/dev/null ||
		fail "no apt-get here: set KDISK_TOOL_SOURCES to a directory with the files named in tools/sources"
	[ -e "$keyring" ] || fail "$keyring is missing: install debian-archive-keyring"
	uri=$(mirror)
	signed="[signed-by=$keyring] $uri $release main"
	mkdir -p "$home/state/lists/partial" "$home/cache/archives/partial"
	if [ "$(tail -n 1 "$home/sources.list" 2>/dev/null)" != "deb-src $signed" ]; then
		printf 'deb %s\ndeb-src %s\n' "$signed" "$signed" >"$home/sources.list"
		read_lists
	fi
}

# A package that is not found may be newer than the lists; they are read once more before giving up.
get() {
	local attempt
	for attempt in 1 2; do
		apt "$@" && return 0
		[ "$attempt" = 1 ] && read_lists
	done
	cat "$log" >&2
	fail "'apt-get $*' failed: is the network up, and is that a package of Debian's $release?"
}

what=${1-}
[ $# -ge 2 ] || what=''
case $what in
source) command='source --tar-only --download-only' ;;
download) command=download ;;
*) echo "usage: tools/apt.sh source|download PACKAGE..." >&2; exit 2 ;;
esac
shift
mkdir -p "$home"
exec 9>"$home/lock"
flock 9
prepare
say "getting $*"
# shellcheck disable=SC2086
get $command "$@"
