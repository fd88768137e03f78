/* SPDX-License-Identifier: GPL-2.0-only */
/* Request numbers of ioctl(2) are made in sys/ioctl.h. */
#pragma once

#include <sys/ioctl.h>
