# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# inih: reads the files that mkfs.xfs -c options=FILE names.

build() {
	compile -- ini.c
	archive libinih.a "${objects[@]}"
	publish_library libinih.a libinih.a
	publish_header "$source/ini.h"
}
