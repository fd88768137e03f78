// SPDX-License-Identifier: GPL-2.0-only
// What the exports about disks share.
#pragma once

#include <napi.h>

#include "open_disk.h"

namespace kdisk {

// False with a TypeError pending.
bool GetDiskMode(const Napi::Value& value, AttachMode* mode);
// What a number that names no open disk is: EBADF.
Failure NoSuchOpenDisk(const char* syscall);

}  // namespace kdisk
