// SPDX-License-Identifier: GPL-2.0-only
// Keeps a fault inside the kernel from killing the process: the engine thread leaves run() instead.
#pragma once

#include <atomic>
#include <cstdint>

namespace kdisk {

// State of the process, because signal handlers are: there is one kernel and one thread that runs it.
class FaultGuard {
 public:
  struct Fault {
    int signal = 0;
    uint64_t address = 0;
    uint64_t program_counter = 0;
  };

  // Makes the calling thread the engine thread: its own signal stack, all other signals blocked.
  static void AdoptThread();
  // Installs the handlers, after those that are there: they still get every fault that is not the kernel's.
  // `abort` is lkl_kernel_ops.abort.
  static void Install(void (*abort)());
  // Around every entry into the kernel, and reversed around every call of the host by it. In between a fault is the
  // kernel's, wherever it jumped to.
  static void SetInKernel(bool in_kernel) { in_kernel_.store(in_kernel, std::memory_order_relaxed); }
  // The fault that ended run(), if one did.
  static bool Take(Fault* fault);
  // Any thread: pulls the engine thread out of the kernel if it is in it just now; else interrupts its system call.
  static void Interrupt();
  static bool interrupted() { return interrupted_.load(std::memory_order_relaxed); }

 private:
  static std::atomic<bool> in_kernel_;
  static std::atomic<bool> interrupted_;
  friend struct FaultHandler;
};

}  // namespace kdisk
