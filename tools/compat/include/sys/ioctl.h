/* SPDX-License-Identifier: GPL-2.0-only */
/* What wasi-libc's <sys/ioctl.h> leaves out: request numbers and the size of the terminal. */
#ifndef KDISK_SYS_IOCTL_H
#define KDISK_SYS_IOCTL_H

#include_next <sys/ioctl.h>

#ifndef _IOC
#define _IOC(direction, type, number, size) (((direction) << 30) | ((size) << 16) | ((type) << 8) | (number))
#define _IOC_NONE 0U
#define _IOC_WRITE 1U
#define _IOC_READ 2U
#define _IO(type, number) _IOC(_IOC_NONE, (type), (number), 0)
#define _IOR(type, number, of) _IOC(_IOC_READ, (type), (number), sizeof(of))
#define _IOW(type, number, of) _IOC(_IOC_WRITE, (type), (number), sizeof(of))
#define _IOWR(type, number, of) _IOC(_IOC_READ | _IOC_WRITE, (type), (number), sizeof(of))
#endif

#define TIOCGWINSZ 0x5413

struct winsize {
	unsigned short ws_row;
	unsigned short ws_col;
	unsigned short ws_xpixel;
	unsigned short ws_ypixel;
};

#endif
