/* SPDX-License-Identifier: GPL-2.0-only */
/* What dosfstools' configure would find out; without tables of mounts, which are empty here. */
#define HAVE_ENDIAN_H 1
#define HAVE_ICONV 1
#define ICONV_CONST
#define HAVE_VASPRINTF 1
#define HAVE_DECL_GETMNTENT 0
#define HAVE_DECL_GETMNTINFO 0
