// SPDX-License-Identifier: GPL-2.0-only
// CRC-32C (Castagnoli), as RFC 3720 appendix B.4 gives its test values.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kdisk {

// Of `size` bytes; `before` is the result for the bytes that come before them.
uint32_t Crc32c(const void* data, size_t size, uint32_t before = 0);

}  // namespace kdisk
