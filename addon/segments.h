// SPDX-License-Identifier: GPL-2.0-only
// Scattered memory of one transfer: pieces of buffers in the order of the bytes on the device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kdisk {

struct Segment {
  uint8_t* base;
  size_t size;
};

// A list that merges neighbours, because guests hand out single pages that mostly lie next to each other and every
// piece less makes preadv cheaper.
class SegmentList {
 public:
  void Clear() {
    items_.clear();
    bytes_ = 0;
  }
  void Add(uint8_t* base, size_t size);
  // Drops bytes at the front or the back; false, and nothing dropped, when there are not that many.
  bool DropFront(size_t size);
  bool DropBack(size_t size);
  // Appends the `size` bytes at byte `from` of this list to `part`; the caller has checked that they exist.
  void Slice(uint64_t from, uint64_t size, SegmentList* part) const;
  // Copies between the first `size` bytes and a flat buffer; false when the list is shorter.
  bool CopyTo(void* target, size_t size) const;
  bool CopyFrom(const void* source, size_t size) const;

  const Segment* data() const { return items_.data(); }
  size_t count() const { return items_.size(); }
  uint64_t bytes() const { return bytes_; }

 private:
  std::vector<Segment> items_;
  uint64_t bytes_ = 0;
};

}  // namespace kdisk
