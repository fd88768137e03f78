// SPDX-License-Identifier: GPL-2.0-only
// The device's side of a split virtqueue (virtio 1.2, section 2.7), with every index and address of the guest checked.
#pragma once

#include <cstdint>

#include "segments.h"

namespace kdisk {

// RAM as a device sees it.
struct GuestMemory {
  uint8_t* base = nullptr;
  uint64_t size = 0;
  // Physical address of base.
  uint64_t start = 0;

  // Null when not all of the range is RAM.
  uint8_t* At(uint64_t address, uint64_t length) const {
    if (address < start || length > size || address - start > size - length) return nullptr;
    return base + (address - start);
  }
};

// One request: what the device may read, what it may write.
struct Chain {
  uint16_t head = 0;
  // False: the guest broke the rules; the lists hold what was understood until then.
  bool valid = false;
  SegmentList readable;
  SegmentList writable;
};

class VirtQueue {
 public:
  // Also the longest chain outside of an indirect table.
  static constexpr uint16_t kMaxSize = 256;
  // Longest chain of all; more than any driver that keeps to the announced number of segments.
  static constexpr uint32_t kMaxChain = 1024;

  enum class Next { kChain, kEmpty, kBroken };

  void Reset() { *this = VirtQueue(); }
  // False when the three areas are not aligned, not in RAM, or `size` is not a power of two up to kMaxSize.
  bool Enable(const GuestMemory& memory, uint32_t size, uint64_t descriptors, uint64_t available, uint64_t used);
  void Disable() { enabled_ = false; }
  bool enabled() const { return enabled_; }

  // kBroken: the ring itself is nonsense, no further request can be found.
  Next Take(Chain* chain);
  // `written` counts bytes the device has put into the chain's writable part.
  void Complete(const Chain& chain, uint32_t written);
  bool DriverWantsInterrupt() const;

 private:
  struct Descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags;
    uint16_t next;
  };

  bool Walk(const uint8_t* table, uint32_t table_size, uint16_t index, bool indirect, Chain* chain);

  bool enabled_ = false;
  GuestMemory memory_;
  uint16_t size_ = 0;
  uint8_t* descriptors_ = nullptr;
  uint8_t* available_ = nullptr;
  uint8_t* used_ = nullptr;
  uint16_t next_available_ = 0;
  uint16_t next_used_ = 0;
};

}  // namespace kdisk
