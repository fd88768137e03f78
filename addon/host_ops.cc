// SPDX-License-Identifier: GPL-2.0-only
// What the kernel calls: see host_ops.h.
#include "host_ops.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

#include "fault_guard.h"

namespace kdisk {

namespace {

constexpr uint64_t kNsPerSecond = 1000000000;

uint64_t Clock(clockid_t id) {
  timespec now;
  clock_gettime(id, &now);
  return static_cast<uint64_t>(now.tv_sec) * kNsPerSecond + static_cast<uint64_t>(now.tv_nsec);
}

// A fault while the kernel's call is being served is the host's own, not the kernel's.
class HostScope {
 public:
  HostScope() { FaultGuard::SetInKernel(false); }
  ~HostScope() { FaultGuard::SetInKernel(true); }
};

Host* Self(void* ctx) { return static_cast<Host*>(ctx); }

void LKL_ABI Print(void* ctx, const char* text, uint64_t length) {
  HostScope scope;
  Self(ctx)->log.Append(text, length);
}

// No scope for the clocks: they are called very often and cannot fault.
uint64_t LKL_ABI ClockMono(void*) { return Clock(CLOCK_MONOTONIC); }
uint64_t LKL_ABI ClockReal(void*) { return Clock(CLOCK_REALTIME); }
uint64_t LKL_ABI DeterministicMono(void* ctx) { return Self(ctx)->deterministic->Look(); }
uint64_t LKL_ABI DeterministicReal(void* ctx) { return Self(ctx)->deterministic->start().timestamp * kNsPerSecond; }

void LKL_ABI Random(void*, void* buffer, uint64_t length) {
  HostScope scope;
  auto* at = static_cast<uint8_t*>(buffer);
  while (length > 0) {
    const ssize_t count = getrandom(at, length, 0);
    if (count < 0 && errno != EINTR) return;
    if (count < 0) continue;
    at += count;
    length -= static_cast<uint64_t>(count);
  }
}

void LKL_ABI DeterministicRandom(void* ctx, void* buffer, uint64_t length) {
  HostScope scope;
  Self(ctx)->deterministic->Random(buffer, static_cast<size_t>(length));
}

int32_t LKL_ABI Alias(void* ctx, void* address, uint64_t ram_offset, uint64_t length) {
  HostScope scope;
  return Self(ctx)->memory->Alias(address, ram_offset, length);
}

int32_t LKL_ABI Unalias(void* ctx, void* address, uint64_t length) {
  HostScope scope;
  return Self(ctx)->memory->Unalias(address, length);
}

uint32_t LKL_ABI MmioRead(void* ctx, uint32_t slot, uint32_t offset, uint32_t width) {
  HostScope scope;
  if (slot >= LKL_MAX_DEVICES || offset >= LKL_MMIO_SIZE || !Self(ctx)->devices[slot]) return 0;
  if (width != 1 && width != 2 && width != 4) return 0;
  return Self(ctx)->devices[slot]->Read(offset, width);
}

void LKL_ABI MmioWrite(void* ctx, uint32_t slot, uint32_t offset, uint32_t width, uint32_t value) {
  HostScope scope;
  if (slot >= LKL_MAX_DEVICES || offset >= LKL_MMIO_SIZE || !Self(ctx)->devices[slot]) return;
  Self(ctx)->devices[slot]->Write(offset, width, value);
}

}  // namespace

uint64_t Host::Monotonic() { return Clock(CLOCK_MONOTONIC); }

const lkl_host_ops* Host::Ops(bool deterministic) {
  static const lkl_host_ops ops = {
      LKL_ABI_VERSION, sizeof(lkl_host_ops), Print, ClockMono, ClockReal, Random, Alias, Unalias, MmioRead, MmioWrite,
  };
  static const lkl_host_ops deterministic_ops = {
      LKL_ABI_VERSION, sizeof(lkl_host_ops), Print, DeterministicMono, DeterministicReal, DeterministicRandom,
      Alias, Unalias, MmioRead, MmioWrite,
  };
  return deterministic ? &deterministic_ops : &ops;
}

}  // namespace kdisk
