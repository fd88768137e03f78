// SPDX-License-Identifier: GPL-2.0-only
// Entries of a directory in bulk, with status and link targets; index.d.ts describes the records.
#pragma once

#include <cstdint>
#include <vector>

#include "guest.h"

namespace kdisk {

struct ListOptions {
  int64_t fd = -1;
  bool stat = false;
  // About how many entries; more when the file system hands out more at once, because they cannot be given back.
  uint32_t batch = 0;
};

// Empty at the end of the directory.
std::vector<uint8_t> ListDirectory(const Guest& guest, const ListOptions& options);

}  // namespace kdisk
