// SPDX-License-Identifier: GPL-2.0-only
// The registers of a virtio device (virtio over MMIO, version 2: virtio 1.2, section 4.2) with one queue.
#pragma once

#include <functional>
#include <memory>

#include "virtio_device.h"

namespace kdisk {

class VirtioMmio {
 public:
  // `interrupt` is called when the driver should look at the used ring.
  VirtioMmio(std::unique_ptr<VirtioDevice> device, const GuestMemory& memory, std::function<void()> interrupt);

  uint32_t Read(uint32_t offset, uint32_t width) const;
  // A write to QueueNotify does all requests that are waiting before it returns.
  void Write(uint32_t offset, uint32_t width, uint32_t value);

 private:
  void Reset();
  void Notify();
  void NeedsReset();
  uint64_t OfferedFeatures() const;

  std::unique_ptr<VirtioDevice> device_;
  const GuestMemory memory_;
  const std::function<void()> interrupt_;
  VirtQueue queue_;
  // Kept because its lists keep their storage: no allocation for each request.
  Chain chain_;

  uint32_t status_ = 0;
  uint32_t interrupt_status_ = 0;
  uint32_t device_features_select_ = 0;
  uint32_t driver_features_select_ = 0;
  uint64_t driver_features_ = 0;
  uint32_t queue_select_ = 0;
  uint32_t queue_size_ = 0;
  // Descriptor, available and used area.
  uint64_t queue_address_[3] = {};
};

}  // namespace kdisk
