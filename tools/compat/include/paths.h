/* SPDX-License-Identifier: GPL-2.0-only */
/* Paths of the system that programs name; in the sandbox nothing is there. */
#ifndef KDISK_PATHS_H
#define KDISK_PATHS_H

#define _PATH_DEV "/dev/"
#define _PATH_DEVNULL "/dev/null"
#define _PATH_TTY "/dev/tty"
#define _PATH_TMP "/tmp/"
#define _PATH_BSHELL "/bin/sh"
#define _PATH_MOUNTED "/etc/mtab"
#define _PATH_MNTTAB "/etc/fstab"

#endif
