// SPDX-License-Identifier: GPL-2.0-only
// The host's loop devices: a file that is mounted through one has a kernel that writes to it already.
#pragma once

#include <sys/types.h>

#include <string>

namespace kdisk {

// The device, "loop0", that has this file behind it and is mounted, itself or a partition of it, where we can see that;
// else empty.
std::string MountedLoopDevice(dev_t device, ino_t inode);

}  // namespace kdisk
