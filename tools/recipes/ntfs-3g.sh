# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# ntfs-3g: its ntfsprogs. The configure script is made by autotools, which are not needed: config.h has the answers.
# What is odd about it:
#
# * -F: /disk is a file, not a block device. -Q: nothing is written where the zeroes of a new disk do.
# * The geometry that it can't ask a file for: -p 0 -H 255 -S 63 spare three warnings.
# * No UUID but a serial number of 64 bits, from the random numbers; mkntfs has no option for it.
# * ntfsfix mends a few things by hand (dirty journal, $MFTMirr, boot sector) and leaves the rest to Windows: -n reports
#   only.
#
#   mkntfs -F -Q [-L LABEL] [-c BYTES] -p 0 -H 255 -S 63 /disk      reproducible: fixed clock and random numbers
#   ntfsfix -n /disk      ntfsfix -d /disk      ntfslabel -f /disk [LABEL]      ntfslabel --new-serial /disk
#   ntfsresize -f -n -s SIZE /disk      ntfsinfo -m /disk

programs='mkntfs ntfsfix ntfslabel ntfsinfo ntfsresize'

build() {
	local flags=(-DHAVE_CONFIG_H -I"$recipe" -I"$source/include/ntfs-3g" -I"$source/libntfs-3g" -D_FILE_OFFSET_BITS=64)
	local library=(acls attrib attrlist bitmap bootsect cache collate compat compress debug device dir ea efs index inode
		ioctl lcnalloc logfile logging mft misc mst object_id realpath reparse runlist security unistr volume xattrs unix_io)
	local program

	compile "${flags[@]}" -- $(printf 'libntfs-3g/%s.c ' "${library[@]}")
	archive libntfs-3g.a "${objects[@]}"
	objects=()
	compile "${flags[@]}" -- $(printf 'ntfsprogs/%s.c ' utils attrdef boot sd $programs)
	for program in $programs; do
		local parts=(o/ntfsprogs/utils.o "o/ntfsprogs/$program.o")
		[ "$program" = mkntfs ] && parts+=(o/ntfsprogs/{attrdef,boot,sd}.o)
		link "$program" "${parts[@]}" libntfs-3g.a
		publish "$program"
	done
}
