/* SPDX-License-Identifier: GPL-2.0-only */
/* The old name of <signal.h>. */
#ifndef KDISK_SYS_SIGNAL_H
#define KDISK_SYS_SIGNAL_H

#include <signal.h>

#endif
