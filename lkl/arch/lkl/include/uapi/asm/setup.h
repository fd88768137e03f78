/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/* A longer command line than asm-generic's 512 characters: lkl_host.h promises 2,047. */
#ifndef _UAPI_ASM_LKL_SETUP_H
#define _UAPI_ASM_LKL_SETUP_H

#define COMMAND_LINE_SIZE 2048

#endif
