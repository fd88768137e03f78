// SPDX-License-Identifier: GPL-2.0-only
// Scattered memory of one transfer: see segments.h.
#include "segments.h"

#include <algorithm>
#include <cstring>

namespace kdisk {

void SegmentList::Add(uint8_t* base, size_t size) {
  if (size == 0) return;
  bytes_ += size;
  if (!items_.empty() && items_.back().base + items_.back().size == base) {
    items_.back().size += size;
    return;
  }
  items_.push_back({base, size});
}

bool SegmentList::DropFront(size_t size) {
  if (size > bytes_) return false;
  bytes_ -= size;
  size_t whole = 0;
  while (size > 0 && size >= items_[whole].size) size -= items_[whole++].size;
  items_.erase(items_.begin(), items_.begin() + static_cast<ptrdiff_t>(whole));
  if (size > 0) {
    items_[0].base += size;
    items_[0].size -= size;
  }
  return true;
}

bool SegmentList::DropBack(size_t size) {
  if (size > bytes_) return false;
  bytes_ -= size;
  while (size > 0 && size >= items_.back().size) {
    size -= items_.back().size;
    items_.pop_back();
  }
  if (size > 0) items_.back().size -= size;
  return true;
}

void SegmentList::Slice(uint64_t from, uint64_t size, SegmentList* part) const {
  for (const Segment& item : items_) {
    if (size == 0) return;
    if (from >= item.size) {
      from -= item.size;
      continue;
    }
    const size_t take = static_cast<size_t>(std::min<uint64_t>(item.size - from, size));
    part->Add(item.base + from, take);
    from = 0;
    size -= take;
  }
}

bool SegmentList::CopyTo(void* target, size_t size) const {
  if (size > bytes_) return false;
  auto* to = static_cast<uint8_t*>(target);
  for (const Segment& item : items_) {
    const size_t take = std::min(item.size, size);
    memcpy(to, item.base, take);
    to += take;
    size -= take;
    if (size == 0) break;
  }
  return true;
}

bool SegmentList::CopyFrom(const void* source, size_t size) const {
  if (size > bytes_) return false;
  auto* from = static_cast<const uint8_t*>(source);
  for (const Segment& item : items_) {
    const size_t take = std::min(item.size, size);
    memcpy(item.base, from, take);
    from += take;
    size -= take;
    if (size == 0) break;
  }
  return true;
}

}  // namespace kdisk
