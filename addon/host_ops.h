// SPDX-License-Identifier: GPL-2.0-only
// The host side of lkl_host.h: clock, entropy, console, memory and the devices in their slots.
#pragma once

#include <array>
#include <memory>

#include "../lkl/include/lkl_host.h"
#include "log_ring.h"
#include "memory.h"
#include "virtio_mmio.h"

namespace kdisk {

// What the functions of Ops() get as ctx. Engine thread only, but for `log` and the words of `shared`.
struct Host {
  std::unique_ptr<Memory> memory;
  LogRing log;
  lkl_shared shared = {0, UINT64_MAX};
  std::array<std::unique_ptr<VirtioMmio>, LKL_MAX_DEVICES> devices;

  static const lkl_host_ops* Ops();
  static uint64_t Monotonic();

  void Raise(uint64_t bits) { __atomic_or_fetch(&shared.pending, bits, __ATOMIC_RELEASE); }
  uint64_t Pending() const { return __atomic_load_n(&shared.pending, __ATOMIC_ACQUIRE); }
};

}  // namespace kdisk
