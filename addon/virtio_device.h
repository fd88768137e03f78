// SPDX-License-Identifier: GPL-2.0-only
// What a kind of virtio device adds to the transport: features, configuration and the work on one request.
#pragma once

#include <cstdint>

#include "virtqueue.h"

namespace kdisk {

class VirtioDevice {
 public:
  virtual ~VirtioDevice() = default;
  // Number of virtio 1.2, section 5.
  virtual uint32_t id() const = 0;
  virtual uint64_t features() const = 0;
  // One byte of configuration space; 0 beyond its end.
  virtual uint8_t ConfigByte(uint32_t offset) const = 0;
  // What a request leaves open is done in one certain way from now on.
  virtual void MakeDeterministic() {}
  // Does the request at once. Returns the bytes written into its writable part.
  virtual uint32_t Handle(Chain* chain) = 0;
};

}  // namespace kdisk
