// SPDX-License-Identifier: GPL-2.0-only
// What a copy has done and what went wrong, told by the kernel's thread and by the writing one.
#pragma once

#include <mutex>
#include <string>
#include <utility>

#include "copy_out.h"

namespace kdisk {

class CopyReport {
 public:
  enum class Side { kImage, kHost };

  // `result` is a negative errno.
  void Problem(const std::string& path, int64_t result, Side side, const char* step) {
    std::lock_guard<std::mutex> lock(mutex_);
    result_.problems.push_back({path, static_cast<int>(-result), side == Side::kHost, step});
  }
  // As Problem, but only for a failure; says whether all was well.
  bool Check(const std::string& path, int result, const char* step) {
    if (result < 0) Problem(path, result, Side::kHost, step);
    return result >= 0;
  }
  void Add(uint64_t CopyProgress::*counter, uint64_t count) {
    std::lock_guard<std::mutex> lock(mutex_);
    result_.done.*counter += count;
  }
  CopyProgress Progress() {
    std::lock_guard<std::mutex> lock(mutex_);
    return result_.done;
  }
  // At the end.
  CopyResult Take() { return std::move(result_); }

 private:
  std::mutex mutex_;
  CopyResult result_;
};

}  // namespace kdisk
