/* SPDX-License-Identifier: GPL-2.0-only */
/* Members that can be reached as a group or one by one. */
#pragma once

#define __struct_group(TAG, NAME, ATTRS, MEMBERS...) \
	union { \
		struct { MEMBERS } ATTRS; \
		struct TAG { MEMBERS } ATTRS NAME; \
	} ATTRS

#define __DECLARE_FLEX_ARRAY(TYPE, NAME) \
	struct { \
		struct { } __empty_##NAME; \
		TYPE NAME[]; \
	}
