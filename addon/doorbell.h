// SPDX-License-Identifier: GPL-2.0-only
// Wakes the engine thread: new work, or the moment the kernel asked to be run at.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace kdisk {

class Doorbell {
 public:
  // Any thread. Remembered until the next Wait, so that no ring is lost between a look at the work and the wait.
  void Ring() {
    rung_.store(true, std::memory_order_release);
    std::lock_guard<std::mutex> lock(mutex_);
    if (waiting_) changed_.notify_one();
  }
  // Looks out for a ring for a moment without going to sleep; the ring stays for Wait.
  void Watch(uint64_t nanoseconds) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::nanoseconds(nanoseconds);
    while (!rung_.load(std::memory_order_acquire) && std::chrono::steady_clock::now() < end) {
#if defined(__x86_64__)
      __builtin_ia32_pause();
#elif defined(__aarch64__)
      __asm__ volatile("yield");
#endif
    }
  }
  // Until a ring, or until the monotonic clock shows `deadline_ns`; UINT64_MAX: no deadline.
  void Wait(uint64_t deadline_ns) {
    std::unique_lock<std::mutex> lock(mutex_);
    waiting_ = true;
    const auto rung = [this] { return rung_.load(std::memory_order_relaxed); };
    // Beyond what the clock's type can hold.
    if (deadline_ns > INT64_MAX) {
      changed_.wait(lock, rung);
    } else {
      const std::chrono::nanoseconds since_start(static_cast<int64_t>(deadline_ns));
      changed_.wait_until(lock, std::chrono::steady_clock::time_point(since_start), rung);
    }
    waiting_ = false;
    rung_.store(false, std::memory_order_relaxed);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool waiting_ = false;
  std::atomic<bool> rung_{false};
};

}  // namespace kdisk
