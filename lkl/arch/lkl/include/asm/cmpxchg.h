/* SPDX-License-Identifier: GPL-2.0-only */
/* Exchange without a locked bus: nothing interrupts the kernel between two instructions. */
#ifndef _ASM_LKL_CMPXCHG_H
#define _ASM_LKL_CMPXCHG_H

#include <linux/types.h>

#define arch_xchg(ptr, value)				\
({							\
	__typeof__(ptr) __xp = (ptr);			\
	__typeof__(*__xp) __xo = *__xp;			\
	*__xp = (value);				\
	barrier();					\
	__xo;						\
})

#define arch_cmpxchg(ptr, old, new)			\
({							\
	__typeof__(ptr) __cp = (ptr);			\
	__typeof__(*__cp) __ce = (old);			\
	__typeof__(*__cp) __cv = *__cp;			\
	if (__cv == __ce)				\
		*__cp = (new);				\
	barrier();					\
	__cv;						\
})

#define arch_cmpxchg_local	arch_cmpxchg
#define arch_cmpxchg64		arch_cmpxchg
#define arch_cmpxchg64_local	arch_cmpxchg

#endif
