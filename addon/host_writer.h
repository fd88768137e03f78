// SPDX-License-Identifier: GPL-2.0-only
// Host's half of a copy, on a thread of its own: while it creates and writes one file, the kernel reads the next.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace kdisk {

class HostWriter {
 public:
  using Task = std::function<void()>;
  static constexpr size_t kSmallBuffer = 16 * 1024;
  static constexpr size_t kLargeBuffer = 512 * 1024;

  HostWriter() = default;
  // After all tasks are done.
  ~HostWriter();
  HostWriter(const HostWriter&) = delete;
  HostWriter& operator=(const HostWriter&) = delete;

  // Tasks are done in this order. Waits while too many are waiting. The first few are done at once, by the caller: a
  // copy of one small file is over before a thread has started.
  void Post(Task task);
  // Returns when all tasks are done.
  void Drain();

  // Memory for up to kSmallBuffer or kLargeBuffer bytes; waits while too much of it is in use. Goes back by itself.
  std::shared_ptr<uint8_t> Buffer(size_t size);

 private:
  static constexpr size_t kInlineTasks = 8;
  static constexpr size_t kMaxTasks = 64;
  static constexpr size_t kMaxLarge = 4;
  // One for each task and each side's own: never short, so giving one back needs to wake nobody.
  static constexpr size_t kMaxSmall = kMaxTasks + 2;

  struct Pool {
    size_t size;
    size_t limit;
    size_t made = 0;
    std::vector<std::unique_ptr<uint8_t[]>> free;
  };

  void Start();
  void Loop();

  std::mutex mutex_;
  // The thread waits for work, the caller for room.
  std::condition_variable work_;
  std::condition_variable room_;
  std::deque<Task> tasks_;
  bool busy_ = false;
  bool stop_ = false;
  size_t inline_left_ = kInlineTasks;
  Pool small_{kSmallBuffer, kMaxSmall, 0, {}};
  Pool large_{kLargeBuffer, kMaxLarge, 0, {}};
  std::thread thread_;
};

}  // namespace kdisk
