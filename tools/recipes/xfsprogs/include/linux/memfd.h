/* SPDX-License-Identifier: GPL-2.0-only */
/* Flags of memfd_create(2), without effect (memfd.h). */
#ifndef KDISK_LINUX_MEMFD_H
#define KDISK_LINUX_MEMFD_H

#define MFD_CLOEXEC 1

#endif
