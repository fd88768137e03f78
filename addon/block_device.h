// SPDX-License-Identifier: GPL-2.0-only
// The one interface behind every disk: image files, overlays, and what may come (formats, remote images).
#pragma once

#include <cstdint>

#include "segments.h"

namespace kdisk {

// Offsets and sizes are bytes; callers stay inside size(). Results: 0 or a negative errno, never a part of a transfer.
// One thread at a time.
class BlockDevice {
 public:
  virtual ~BlockDevice() = default;

  virtual int Read(const SegmentList& target, uint64_t offset) = 0;
  virtual int Write(const SegmentList& source, uint64_t offset) = 0;
  // Returns when all that was written is on stable storage.
  virtual int Flush() = 0;
  // A hint: the content of the range is not needed; what it reads as afterwards is open.
  virtual int Discard(uint64_t offset, uint64_t length) = 0;
  // Afterwards the range reads as zeroes. `unmap` allows to give its storage back.
  virtual int WriteZeroes(uint64_t offset, uint64_t length, bool unmap) = 0;

  virtual uint64_t size() const = 0;
  virtual bool read_only() const = 0;
  // Smallest unit of a request, and of a request that needs no read-modify-write. Powers of two from 512.
  virtual uint32_t logical_block_size() const { return 512; }
  virtual uint32_t physical_block_size() const { return logical_block_size(); }
};

}  // namespace kdisk
