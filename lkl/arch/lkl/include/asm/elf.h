/* SPDX-License-Identifier: GPL-2.0-only */
/* Nothing is ever executed; <linux/elf.h> wants the types. */
#ifndef _ASM_LKL_ELF_H
#define _ASM_LKL_ELF_H

#define ELF_CLASS	ELFCLASS64
#define ELF_DATA	ELFDATA2LSB
#define ELF_ARCH	EM_NONE
#define ELF_EXEC_PAGESIZE	PAGE_SIZE
#define elf_check_arch(x)	0

typedef unsigned long elf_greg_t;
typedef elf_greg_t elf_gregset_t[2];
typedef unsigned long elf_fpregset_t;

#endif
