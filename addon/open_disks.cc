// SPDX-License-Identifier: GPL-2.0-only
// Disks by number: see open_disks.h.
#include "open_disks.h"

namespace kdisk {

OpenDisks& OpenDisks::Instance() {
  static OpenDisks* const disks = new OpenDisks;
  return *disks;
}

uint32_t OpenDisks::Add(std::shared_ptr<OpenDisk> disk) {
  std::lock_guard<std::mutex> lock(mutex_);
  disks_[++last_] = std::move(disk);
  return last_;
}

std::shared_ptr<OpenDisk> OpenDisks::Find(uint32_t number) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = disks_.find(number);
  return found == disks_.end() ? nullptr : found->second;
}

void OpenDisks::Remove(uint32_t number) {
  std::lock_guard<std::mutex> lock(mutex_);
  disks_.erase(number);
}

}  // namespace kdisk
