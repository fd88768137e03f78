// SPDX-License-Identifier: GPL-2.0-only
// The disks of this process that are open without a kernel, by number.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "open_disk.h"

namespace kdisk {

// Any thread. A number is never used again, so that a tool that was ended late cannot write to another disk.
class OpenDisks {
 public:
  static OpenDisks& Instance();

  uint32_t Add(std::shared_ptr<OpenDisk> disk);
  // Null: none has this number.
  std::shared_ptr<OpenDisk> Find(uint32_t number) const;
  void Remove(uint32_t number);

 private:
  mutable std::mutex mutex_;
  uint32_t last_ = 0;
  std::unordered_map<uint32_t, std::shared_ptr<OpenDisk>> disks_;
};

}  // namespace kdisk
