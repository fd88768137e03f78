# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# util-linux: libuuid and libblkid for btrfs, xfs and others; sfdisk for partition tables.

programs='sfdisk'

# header NAME.h: upstream's NAME.h.in with the version filled in
header() {
	sed -e 's/@LIBFDISK_MAJOR_VERSION@/2/; s/@LIBFDISK_MINOR_VERSION@/41/; s/@LIBFDISK_PATCH_VERSION@/5/' \
		-e 's/@LIBBLKID_DATE@/16-Jun-2026/; s/@[A-Z]*_VERSION@/2.41.5/' "$source/$1.in" >"$(basename "$1")"
}

# library NAME FILE...: compiles and archives libNAME.a
library() {
	local name=$1
	shift
	objects=()
	compile "${flags[@]}" -- "$@"
	archive "lib$name.a" "${objects[@]}"
}

build() {
	local uuid blkid common columns fdisk
	local flags=(-include "$recipe/config.h" -I. -I"$source/include" -I"$source/libuuid/src" -I"$source/libblkid/src"
		-I"$source/libfdisk/src" -I"$source/libsmartcols/src")
	header libblkid/src/blkid.h
	header libfdisk/src/libfdisk.h
	header libsmartcols/src/libsmartcols.h
	common=(lib/{blkdev,buffer,canonicalize,color-names,colors,crc32,crc32c,crc64,c_strtod,encode,env,fileutils,idcache,jsonwrt}.c
		lib/{mangle,match,mbsalign,mbsedit,md5,path,pwdutils,randutils,sha1,sha256,signames,strutils,strv,sysfs,timeutils}.c
		lib/{ttyutils,xxhash}.c)
	library common "${common[@]}"
	uuid=(libuuid/src/{clear,compare,copy,gen_uuid,isnull,pack,parse,unpack,unparse,uuid_time,predefined}.c)
	library uuid "${uuid[@]}"
	blkid=("$source"/libblkid/src/{,partitions/,superblocks/}*.c)
	library blkid "${blkid[@]#"$source/"}" libblkid/src/topology/topology.c
	columns=("$source"/libsmartcols/src/*.c)
	library smartcols "${columns[@]#"$source/"}"
	fdisk=("$source"/libfdisk/src/*.c)
	library fdisk "${fdisk[@]#"$source/"}"

	objects=()
	compile "${flags[@]}" -- disk-utils/sfdisk.c disk-utils/fdisk-list.c
	link sfdisk "${objects[@]}" libfdisk.a libsmartcols.a libblkid.a libuuid.a libcommon.a
	publish sfdisk
	# What needs libuuid and libblkid gets what those need, too.
	publish_library libuuid.a libuuid.a
	publish_library libblkid.a libblkid.a
	publish_library libcommon.a libcommon.a
	publish_header "$source/libuuid/src/uuid.h" uuid/uuid.h
	publish_header blkid.h blkid/blkid.h
}
