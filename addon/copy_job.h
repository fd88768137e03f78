// SPDX-License-Identifier: GPL-2.0-only
// State of one copy out of an image, and the kernel's half of it for single entries; copy_out.cc walks the trees.
#pragma once

#include <memory>
#include <string>

#include "copy_out.h"
#include "copy_report.h"
#include "copy_target.h"
#include "host_writer.h"

namespace kdisk {

// Engine thread.
class CopyJob {
 public:
  using Side = CopyReport::Side;

  CopyJob(const Guest& guest, const Disks& disks, const CopyOptions& options, const CopyObserver& observer)
      : guest_(guest), disks_(disks), options_(options), observer_(observer) {}

  // An entry that is no directory: `from` below `guest_directory` becomes `to` below `host_directory`.
  void CopyEntry(uint64_t guest_directory, const char* from, const linux_abi::Statx& status,
                 const HostFdPtr& host_directory, const char* to, bool follow);
  // At the end of a directory; `final_mode` as of host_tree::MakeDirectory.
  void FinishDirectory(const HostFdPtr& host_directory, const linux_abi::Statx& status, int final_mode);
  void CountDirectory();

  void Problem(int64_t result, Side side, const char* step);
  bool running() const { return running_ && !guest_.dead(); }
  // What was sent to the host is there now.
  void Drain() { writer_.Drain(); }
  CopyResult Take();

  const Guest& guest() const { return guest_; }
  const CopyOptions& options() const { return options_; }
  // Inside the image, of the entry in work; for problems.
  std::string& path() { return path_; }

 private:
  using TargetPtr = std::shared_ptr<CopyTarget>;

  TargetPtr MakeTarget(const linux_abi::Statx& status, const HostFdPtr& directory, const char* name);
  void CopyFile(uint64_t guest_directory, const char* from, const linux_abi::Statx& status, const TargetPtr& target,
                bool follow);
  void CopyLink(uint64_t guest_directory, const char* from, const TargetPtr& target);
  // Bytes the file has in the end, negative when it could not be read to its end.
  int64_t CopyContent(uint64_t from, const linux_abi::Statx& status, const TargetPtr& target);
  // New position, negative as above.
  int64_t CopyRange(uint64_t from, uint64_t at, uint64_t end, const TargetPtr& target);
  // Positions of the next data at or after `at` and of its end; false when only a hole follows.
  bool NextData(uint64_t from, uint64_t size, bool* sparse, uint64_t* at, uint64_t* end);
  // False: stop everything.
  bool Observe();

  const Guest& guest_;
  const Disks& disks_;
  const CopyOptions options_;
  const CopyObserver& observer_;
  CopyReport report_;
  std::string path_;
  bool running_ = true;
  // Last: its tasks use the others until it is gone.
  HostWriter writer_;
};

}  // namespace kdisk
