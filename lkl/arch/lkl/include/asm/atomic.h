/* SPDX-License-Identifier: GPL-2.0-only */
/* Atomic counters as plain memory: see cmpxchg.h for why that is enough. */
#ifndef _ASM_LKL_ATOMIC_H
#define _ASM_LKL_ATOMIC_H

#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>

#define arch_atomic_read(v)		READ_ONCE((v)->counter)
#define arch_atomic_set(v, i)		WRITE_ONCE((v)->counter, (i))
#define arch_atomic64_read(v)		READ_ONCE((v)->counter)
#define arch_atomic64_set(v, i)		WRITE_ONCE((v)->counter, (i))

#define ATOMIC64_INIT(i)		{ (i) }

/* barrier() keeps the compiler from moving other accesses across, as the value-returning forms promise. */
#define LKL_ATOMIC_OP(prefix, counter_type, type, op, c_op)				\
static __always_inline void prefix##_##op(type i, counter_type *v)			\
{											\
	v->counter = v->counter c_op i;							\
	barrier();									\
}											\
static __always_inline type prefix##_fetch_##op(type i, counter_type *v)		\
{											\
	type old = v->counter;								\
											\
	v->counter = old c_op i;							\
	barrier();									\
	return old;									\
}
#define LKL_ATOMIC_RETURN(prefix, counter_type, type, op, c_op)				\
static __always_inline type prefix##_##op##_return(type i, counter_type *v)		\
{											\
	type now = v->counter c_op i;							\
											\
	v->counter = now;								\
	barrier();									\
	return now;									\
}
#define LKL_ATOMICS(prefix, counter_type, type)						\
	LKL_ATOMIC_OP(prefix, counter_type, type, add, +)				\
	LKL_ATOMIC_OP(prefix, counter_type, type, sub, -)				\
	LKL_ATOMIC_OP(prefix, counter_type, type, and, &)				\
	LKL_ATOMIC_OP(prefix, counter_type, type, or, |)				\
	LKL_ATOMIC_OP(prefix, counter_type, type, xor, ^)				\
	LKL_ATOMIC_RETURN(prefix, counter_type, type, add, +)				\
	LKL_ATOMIC_RETURN(prefix, counter_type, type, sub, -)

LKL_ATOMICS(arch_atomic, atomic_t, int)
LKL_ATOMICS(arch_atomic64, atomic64_t, s64)

#undef LKL_ATOMICS
#undef LKL_ATOMIC_RETURN
#undef LKL_ATOMIC_OP

#define arch_atomic_fetch_add		arch_atomic_fetch_add
#define arch_atomic_fetch_sub		arch_atomic_fetch_sub
#define arch_atomic_fetch_and		arch_atomic_fetch_and
#define arch_atomic_fetch_or		arch_atomic_fetch_or
#define arch_atomic_fetch_xor		arch_atomic_fetch_xor
#define arch_atomic_add_return		arch_atomic_add_return
#define arch_atomic_sub_return		arch_atomic_sub_return
#define arch_atomic64_fetch_add		arch_atomic64_fetch_add
#define arch_atomic64_fetch_sub		arch_atomic64_fetch_sub
#define arch_atomic64_fetch_and		arch_atomic64_fetch_and
#define arch_atomic64_fetch_or		arch_atomic64_fetch_or
#define arch_atomic64_fetch_xor		arch_atomic64_fetch_xor
#define arch_atomic64_add_return	arch_atomic64_add_return
#define arch_atomic64_sub_return	arch_atomic64_sub_return

#endif
