// SPDX-License-Identifier: GPL-2.0-only
// The writing thread of a copy: see host_writer.h.
#include "host_writer.h"

#include <system_error>
#include <utility>

namespace kdisk {

HostWriter::~HostWriter() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void HostWriter::Start() {
  if (std::thread::hardware_concurrency() == 1) return;
  try {
    thread_ = std::thread([this] { Loop(); });
  } catch (const std::system_error&) {
    // Without a thread it is slower, but the same.
  }
}

void HostWriter::Post(Task task) {
  if (inline_left_ > 0 && --inline_left_ == 0) Start();
  if (!thread_.joinable()) {
    task();
    return;
  }
  std::unique_lock<std::mutex> lock(mutex_);
  // Down to the half before the next, so that the two sides do not wake each other for every task.
  if (tasks_.size() == kMaxTasks) room_.wait(lock, [this] { return tasks_.size() <= kMaxTasks / 2; });
  tasks_.push_back(std::move(task));
  const bool wake = tasks_.size() == 1;
  lock.unlock();
  if (wake) work_.notify_one();
}

void HostWriter::Drain() {
  std::unique_lock<std::mutex> lock(mutex_);
  room_.wait(lock, [this] { return tasks_.empty() && !busy_; });
}

void HostWriter::Loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return stop_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    busy_ = true;
    lock.unlock();
    task();
    // Frees the buffer, which takes the lock.
    task = nullptr;
    lock.lock();
    busy_ = false;
    if (tasks_.size() == kMaxTasks / 2 || tasks_.empty()) room_.notify_one();
  }
}

std::shared_ptr<uint8_t> HostWriter::Buffer(size_t size) {
  Pool& pool = size <= kSmallBuffer ? small_ : large_;
  std::unique_ptr<uint8_t[]> memory;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    room_.wait(lock, [&pool] { return !pool.free.empty() || pool.made < pool.limit; });
    if (pool.free.empty()) {
      pool.made++;
    } else {
      memory = std::move(pool.free.back());
      pool.free.pop_back();
    }
  }
  if (!memory) memory.reset(new uint8_t[pool.size]);
  return std::shared_ptr<uint8_t>(memory.release(), [this, &pool](uint8_t* bytes) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      pool.free.emplace_back(bytes);
    }
    if (&pool == &large_) room_.notify_one();
  });
}

}  // namespace kdisk
