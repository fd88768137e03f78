/* SPDX-License-Identifier: GPL-2.0-only */
/* What libxfs uses of liburcu, for a program with one thread: readers need no protection. */
#ifndef KDISK_URCU_H
#define KDISK_URCU_H

#include "urcu/uatomic.h"

#define CAA_BITS_PER_LONG 32

static inline void rcu_init(void) { }
static inline void rcu_register_thread(void) { }
static inline void rcu_unregister_thread(void) { }
static inline void rcu_read_lock(void) { }
static inline void rcu_read_unlock(void) { }

#endif
