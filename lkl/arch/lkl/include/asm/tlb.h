/* SPDX-License-Identifier: GPL-2.0-only */
/* Nothing differs from asm-generic. */
#ifndef _ASM_LKL_TLB_H
#define _ASM_LKL_TLB_H

#include <asm/tlbflush.h>
#include <asm-generic/tlb.h>

#endif
