// SPDX-License-Identifier: GPL-2.0-only
// Maps the kernel, a position-independent ELF, at the start of RAM and relocates it.
#pragma once

#include <cstdint>
#include <string>

#include "failure.h"

namespace kdisk {

struct ElfImage {
  // Bytes from the start of RAM, a multiple of the page size, .bss included.
  uint64_t size = 0;
  // Bytes from the start of RAM that are private pages of the ELF file: the same address is something else in the
  // object behind RAM.
  uint64_t file_backed = 0;
  // Offset of the entry point.
  uint64_t entry = 0;
  // For the curious: how long the two halves took.
  uint64_t map_ns = 0;
  uint64_t relocate_ns = 0;
};

// `ram` is page-aligned, writable and zero. On failure it is in an undefined state.
Failure LoadElf(const std::string& path, uint8_t* ram, uint64_t ram_size, ElfImage* image);

}  // namespace kdisk
