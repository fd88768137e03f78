/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* Both CPUs that the port knows are little-endian. */
#include <linux/byteorder/little_endian.h>
