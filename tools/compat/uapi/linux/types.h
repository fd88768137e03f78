/* SPDX-License-Identifier: GPL-2.0-only */
/* Integers of a stated width and byte order, as the tools' on-disk structures name them. */
#pragma once

#include <asm/types.h>

#define __bitwise
#define __bitwise__
#define __user

typedef __u16 __le16;
typedef __u32 __le32;
typedef __u64 __le64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;

#define __aligned_u64 __u64 __attribute__((aligned(8)))
#define __aligned_le64 __le64 __attribute__((aligned(8)))
