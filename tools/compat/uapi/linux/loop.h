/* SPDX-License-Identifier: GPL-2.0-only */
/* Loop devices, of which there are none. */
#pragma once

#include <linux/types.h>

#define LO_NAME_SIZE 64
#define LO_KEY_SIZE 32
#define LO_CRYPT_NONE 0
#define LOOP_GET_STATUS 0x4C03
#define LOOP_GET_STATUS64 0x4C05

struct loop_info {
	int lo_number;
	char lo_name[LO_NAME_SIZE];
};

struct loop_info64 {
	__u64 lo_device;
	__u64 lo_inode;
	__u64 lo_rdevice;
	__u64 lo_offset;
	__u64 lo_sizelimit;
	__u32 lo_number;
	__u32 lo_encrypt_type;
	__u32 lo_encrypt_key_size;
	__u32 lo_flags;
	__u8 lo_file_name[LO_NAME_SIZE];
	__u8 lo_crypt_name[LO_NAME_SIZE];
	__u8 lo_encrypt_key[LO_KEY_SIZE];
	__u64 lo_init[2];
};
