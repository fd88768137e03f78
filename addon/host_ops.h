// SPDX-License-Identifier: GPL-2.0-only
// The host side of lkl_host.h: clock, entropy, console, memory and the devices in their slots.
#pragma once

#include <array>
#include <memory>

#include "../lkl/include/lkl_host.h"
#include "log_ring.h"
#include "memory.h"
#include "deterministic.h"
#include "virtio_mmio.h"

namespace kdisk {

// What the functions of Ops() get as ctx. Engine thread only, but for `log` and the words of `shared`.
struct Host {
  std::unique_ptr<Memory> memory;
  LogRing log;
  lkl_shared shared = {0, UINT64_MAX};
  std::array<std::unique_ptr<VirtioMmio>, LKL_MAX_DEVICES> devices;
  // Null: clock and random numbers are the host's.
  std::unique_ptr<Deterministic> deterministic;

  // `deterministic`: clock and random numbers are that one's.
  static const lkl_host_ops* Ops(bool deterministic);
  static uint64_t Monotonic();
  // What the kernel's clock shows, without being asked by the kernel.
  uint64_t Now() const { return deterministic ? deterministic->now() : Monotonic(); }

  void Raise(uint64_t bits) { __atomic_or_fetch(&shared.pending, bits, __ATOMIC_RELEASE); }
  uint64_t Pending() const { return __atomic_load_n(&shared.pending, __ATOMIC_ACQUIRE); }
};

}  // namespace kdisk
