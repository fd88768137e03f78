/* SPDX-License-Identifier: GPL-2.0-only */
/* In front of upstream's, which libexfat.c includes after libexfat.h: 32 * GB needs more than the 32 bits of a long. */
#include_next "version.h"

#undef GB
#define GB (1024ULL * 1024 * 1024)
