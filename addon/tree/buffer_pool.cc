// SPDX-License-Identifier: GPL-2.0-only
// Buffers of a copy: see buffer_pool.h.
#include "buffer_pool.h"

#include <utility>

namespace kdisk {

std::shared_ptr<uint8_t> BufferPool::Take(size_t size) {
  Pool& pool = size <= kSmall ? small_ : large_;
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
    bool waited_for;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      waited_for = pool.free.empty() && pool.made == pool.limit;
      pool.free.emplace_back(bytes);
    }
    if (waited_for) room_.notify_one();
  });
}

}  // namespace kdisk
