/* SPDX-License-Identifier: GPL-2.0-only */
/* Linux' error numbers that preview 1 has no number for; 0 to 76 are preview 1's, so ENODATA cannot be Linux' 61. */
#ifndef KDISK_ERRNO_H
#define KDISK_ERRNO_H

#include_next <errno.h>

#ifndef EUCLEAN
#define EUCLEAN 117
#endif
#ifndef ENODATA
#define ENODATA 161
#endif
#ifndef ENOTBLK
#define ENOTBLK 115
#endif
#ifndef EMEDIUMTYPE
#define EMEDIUMTYPE 124
#endif
#ifndef ESHUTDOWN
#define ESHUTDOWN 108
#endif
#ifndef EREMOTEIO
#define EREMOTEIO 121
#endif

#endif
