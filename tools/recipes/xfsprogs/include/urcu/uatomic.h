/* SPDX-License-Identifier: GPL-2.0-only */
/* liburcu's atomic operations for a program with one thread: plain arithmetic, on 32 and 64 bits alike. */
#ifndef KDISK_URCU_UATOMIC_H
#define KDISK_URCU_UATOMIC_H

#define uatomic_read(address) (*(address))
#define uatomic_set(address, value) ((void)(*(address) = (value)))
#define uatomic_add(address, value) ((void)(*(address) += (value)))
#define uatomic_sub(address, value) ((void)(*(address) -= (value)))
#define uatomic_inc(address) ((void)++*(address))
#define uatomic_dec(address) ((void)--*(address))
#define uatomic_add_return(address, value) (*(address) += (value))
#define uatomic_sub_return(address, value) (*(address) -= (value))

#define cmm_smp_mb() __asm__ __volatile__("" : : : "memory")

/* Gives what was there before, as the original does. */
#define uatomic_cmpxchg(address, old, new)			\
	({							\
		__typeof__(address) place_ = (address);		\
		__typeof__(*place_) before_ = *place_;		\
		if (before_ == (old))				\
			*place_ = (new);			\
		before_;					\
	})

#endif
