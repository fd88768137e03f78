/* SPDX-License-Identifier: GPL-2.0-only */
/* One parity function, chosen here: measuring them at boot would cost milliseconds. */
#ifndef _ASM_LKL_XOR_H
#define _ASM_LKL_XOR_H

#include <asm-generic/xor.h>

#define XOR_SELECT_TEMPLATE(fastest)	(&xor_block_32regs)

#endif
