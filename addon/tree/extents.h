// SPDX-License-Identifier: GPL-2.0-only
// Content of a volume's files that lies in an image as it is: where. It need not pass the kernel inside (host_copy.h).
#pragma once

#include <cstdint>
#include <vector>

#include "../disks.h"
#include "../guest.h"
#include "file_reader.h"
#include "host_copy.h"

namespace kdisk {

// The data of `file`, an open regular file with this status; what no piece covers is a hole. False when it has to be
// read: the file system packs, encrypts or checks content, what is on the image is not what the file holds (a journal
// was replayed into the overlay), the volume is writable, or the pieces are too small to gain anything.
bool MapExtents(const Guest& guest, const Disks& disks, uint64_t file, const linux_abi::Statx& status,
                std::vector<HostPiece>* pieces);

}  // namespace kdisk
