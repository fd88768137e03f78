/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* System call numbers: the asm-generic 64-bit ones. */
#include <asm/unistd_64.h>
