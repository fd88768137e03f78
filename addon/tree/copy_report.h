// SPDX-License-Identifier: GPL-2.0-only
// What a copy has done, what went wrong and what was lost, told by the reading thread and by the writing one.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "copy_options.h"

namespace kdisk {

class CopyReport {
 public:
  enum class Side { kSource, kTarget };

  // `result` is a negative errno.
  void Problem(const std::string& path, int64_t result, Side side, const char* step) {
    std::lock_guard<std::mutex> lock(mutex_);
    result_.problems.push_back({path, static_cast<int>(-result), side == Side::kSource, step});
  }
  // One attribute of the kind `what`; the first of a kind is described.
  void Lost(const char* what, const std::string& path, const std::string& detail, int64_t result) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (CopyLoss& loss : result_.lost) {
      if (loss.what != what) continue;
      loss.count++;
      return;
    }
    result_.lost.push_back({what, 1, path, detail, static_cast<int>(-result)});
  }
  void Add(uint64_t CopyProgress::*counter, uint64_t count) {
    std::lock_guard<std::mutex> lock(mutex_);
    result_.done.*counter += count;
  }
  CopyProgress Progress() {
    std::lock_guard<std::mutex> lock(mutex_);
    return result_.done;
  }
  // Those since the last call.
  std::vector<CopyProblem> TakeProblems() {
    std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(result_.problems, {});
  }
  // At the end.
  CopyResult Take() { return std::move(result_); }

 private:
  std::mutex mutex_;
  CopyResult result_;
};

}  // namespace kdisk
