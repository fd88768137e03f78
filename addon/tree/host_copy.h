// SPDX-License-Identifier: GPL-2.0-only
// Bytes from one file of the host to another.
#pragma once

#include <cstdint>

namespace kdisk {

// Copies between two files of the host, shared (reflinked) where the host can; `size`, or a negative errno. -EIO when
// `from` ends early; *reading then says which of the two files failed. Any thread.
int64_t CopyHostRange(int from, uint64_t offset, int to, uint64_t at, uint64_t size, bool* reading);

}  // namespace kdisk
