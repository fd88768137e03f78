// SPDX-License-Identifier: GPL-2.0-only
// Memory for the content of files on its way from one thread to another, used again and again: what was just read is
// in the CPU's cache, and a copy needs the same memory however much it moves.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace kdisk {

class BufferPool {
 public:
  static constexpr size_t kSmall = 16 * 1024;
  static constexpr size_t kLarge = 512 * 1024;

  // So many of each at once. All buffers are back before the pool goes.
  BufferPool(size_t max_small, size_t max_large) : small_{kSmall, max_small, 0, {}}, large_{kLarge, max_large, 0, {}} {}
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // For up to kSmall or kLarge bytes; waits while too much is in use. Goes back by itself.
  std::shared_ptr<uint8_t> Take(size_t size);

 private:
  struct Pool {
    size_t size;
    size_t limit;
    size_t made;
    std::vector<std::unique_ptr<uint8_t[]>> free;
  };

  std::mutex mutex_;
  std::condition_variable room_;
  Pool small_;
  Pool large_;
};

}  // namespace kdisk
