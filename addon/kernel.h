// SPDX-License-Identifier: GPL-2.0-only
// The kernel of this process: boot, requests, devices. Everything but log() belongs to the one thread that boots it.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

#include "doorbell.h"
#include "elf_loader.h"
#include "failure.h"
#include "host_ops.h"

namespace kdisk {

struct BootOptions {
  // Path of the ELF.
  std::string image;
  // Bytes, a multiple of 4 MiB.
  uint64_t memory = 0;
  std::string command_line;
  // The kernel does the same thing twice: see Deterministic. Nothing happens in it between requests, discarded blocks
  // read as zeroes, and RAM lies at one address if the host has that free.
  std::optional<DeterministicStart> deterministic;
};

class Kernel {
 public:
  // Result of requests to a dead kernel; no system call returns it.
  static constexpr int64_t kDead = INT64_MIN;

  // The calling thread becomes the engine thread (FaultGuard::AdoptThread).
  Failure Boot(const BootOptions& options);
  bool booted() const { return booted_; }
  // Null: an ordinary kernel.
  const DeterministicStart* deterministic() const {
    return host_.deterministic ? &host_.deterministic->start() : nullptr;
  }
  bool dead() const { return dead_.load(std::memory_order_relaxed); }
  // Why nothing works any more, with the kernel's last words.
  Failure DeadFailure() const;

  // Runs the kernel until the call is done. 0 or positive, a negative Linux errno, or kDead.
  int64_t Syscall(int root, uint64_t nr, std::initializer_list<uint64_t> args);
  // For requests that may wait for other requests (a pipe): returns at the first chance, with request->done or without.
  // The request must live until it is done, or until the kernel is dead.
  void Submit(lkl_request* request);
  // Enters the kernel if it has anything to do by now.
  void RunDue();
  // When RunDue has something to do next: 0 now, else on the monotonic clock, UINT64_MAX never.
  uint64_t NextDue() const;

  // Puts a device into a free slot, and the kernel's driver onto it. Slot, or a negative errno (the device is gone).
  int64_t AddDevice(std::unique_ptr<VirtioDevice> device, uint32_t slot);
  int64_t RemoveDevice(uint32_t slot);
  bool HasDevice(uint32_t slot) const { return host_.devices[slot] != nullptr; }

  // A block of RAM of LKL_BUFFER_MAX bytes, for the request in work only; null when the kernel has none to give.
  uint8_t* Block();

  const ElfImage& image() const { return image_; }
  const LogRing& log() const { return host_.log; }
  // A line of the host's own in the kernel's log.
  void Note(const std::string& line) { host_.log.Append(line.c_str(), line.size()); }
  Doorbell& doorbell() { return doorbell_; }

 private:
  void Run();
  void Settle(const lkl_request& request);
  void Die();

  Host host_;
  Doorbell doorbell_;
  ElfImage image_;
  lkl_kernel_ops ops_ = {};
  // Parts of struct lkl_boot that must outlive Boot.
  std::string command_line_;
  lkl_boot boot_ = {};
  bool booted_ = false;
  // The kernel left run() to report a request, not because it was idle.
  bool unfinished_ = false;
  std::atomic<bool> dead_{false};
  uint8_t* block_ = nullptr;
  bool block_asked_ = false;
};

template <typename T>
uint64_t Address(T* pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}

}  // namespace kdisk
