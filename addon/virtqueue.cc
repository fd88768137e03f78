// SPDX-License-Identifier: GPL-2.0-only
// Split virtqueue: see virtqueue.h. Driver and device share a thread, so program order is all the ordering needed.
#include "virtqueue.h"

#include <cstring>

namespace kdisk {

namespace {

constexpr uint16_t kNext = 1, kWrite = 2, kIndirect = 4;
constexpr uint16_t kNoInterrupt = 1;
constexpr size_t kDescriptorSize = 16;

uint16_t Load16(const uint8_t* at) {
  uint16_t value;
  memcpy(&value, at, sizeof(value));
  return value;
}

}  // namespace

bool VirtQueue::Enable(const GuestMemory& memory, uint32_t size, uint64_t descriptors, uint64_t available,
                       uint64_t used) {
  Reset();
  if (size == 0 || size > kMaxSize || (size & (size - 1)) != 0) return false;
  if (descriptors % 16 != 0 || available % 2 != 0 || used % 4 != 0) return false;
  memory_ = memory;
  size_ = static_cast<uint16_t>(size);
  descriptors_ = memory.At(descriptors, kDescriptorSize * size);
  available_ = memory.At(available, 6 + 2 * size);
  used_ = memory.At(used, 6 + 8 * size);
  enabled_ = descriptors_ && available_ && used_;
  return enabled_;
}

VirtQueue::Next VirtQueue::Take(Chain* chain) {
  const uint16_t end = Load16(available_ + 2);
  if (end == next_available_) return Next::kEmpty;
  if (static_cast<uint16_t>(end - next_available_) > size_) return Next::kBroken;
  chain->head = Load16(available_ + 4 + 2 * (next_available_ % size_));
  next_available_++;
  if (chain->head >= size_) return Next::kBroken;
  chain->readable.Clear();
  chain->writable.Clear();
  chain->valid = Walk(descriptors_, size_, chain->head, false, chain);
  return Next::kChain;
}

bool VirtQueue::Walk(const uint8_t* table, uint32_t table_size, uint16_t index, bool indirect, Chain* chain) {
  // Each turn of an acyclic chain uses another descriptor.
  for (uint32_t turns = 0; turns < table_size; turns++) {
    Descriptor descriptor;
    memcpy(&descriptor, table + kDescriptorSize * index, sizeof(descriptor));
    if (descriptor.flags & kIndirect) {
      // Only the last descriptor of the main table may refer to a further table, which may not refer to another.
      const uint32_t count = descriptor.length / kDescriptorSize;
      if (indirect || (descriptor.flags & kNext) || descriptor.length % kDescriptorSize != 0 || count == 0 ||
          count > kMaxChain) {
        return false;
      }
      const uint8_t* inner = memory_.At(descriptor.address, descriptor.length);
      return inner && Walk(inner, count, 0, true, chain);
    }
    uint8_t* base = memory_.At(descriptor.address, descriptor.length);
    if (!base) return false;
    if (descriptor.flags & kWrite) {
      chain->writable.Add(base, descriptor.length);
    } else {
      if (chain->writable.count() != 0) return false;
      chain->readable.Add(base, descriptor.length);
    }
    if (!(descriptor.flags & kNext)) return true;
    if (descriptor.next >= table_size) return false;
    index = descriptor.next;
  }
  return false;
}

void VirtQueue::Complete(const Chain& chain, uint32_t written) {
  const uint32_t element[2] = {chain.head, written};
  memcpy(used_ + 4 + sizeof(element) * (next_used_ % size_), element, sizeof(element));
  next_used_++;
  memcpy(used_ + 2, &next_used_, sizeof(next_used_));
}

bool VirtQueue::DriverWantsInterrupt() const { return !(Load16(available_) & kNoInterrupt); }

}  // namespace kdisk
