/* SPDX-License-Identifier: GPL-2.0-only */
/* The device classes that tools ask about; none is ever seen here. */
#pragma once

#define LOOP_MAJOR 7
#define SCSI_CDROM_MAJOR 11
