/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* No user space, so nothing is ever saved for a signal handler. */
#ifndef _UAPI_ASM_LKL_SIGCONTEXT_H
#define _UAPI_ASM_LKL_SIGCONTEXT_H

struct sigcontext {
	unsigned long unused;
};

#endif
