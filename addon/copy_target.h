// SPDX-License-Identifier: GPL-2.0-only
// An entry that a copy makes on the host. Its methods but the constructor run on the writing thread.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "copy_report.h"
#include "host_tree.h"
#include "linux_abi.h"

namespace kdisk {

class CopyTarget {
 public:
  // `path` is the one inside the image, for problems; `is_protected` as of host_tree::CreateFile.
  CopyTarget(CopyReport* report, std::string path, HostFdPtr directory, std::string name,
             const linux_abi::Statx& status, bool preserve)
      : report_(*report),
        path_(std::move(path)),
        directory_(std::move(directory)),
        name_(std::move(name)),
        status_(status),
        preserve_(preserve) {}

  // A regular file: Create, then any number of Write, then Finish or Abandon. After a failure, which is reported, the
  // rest does nothing but clean up.
  void Create(const std::function<bool(const FileIdentity&)>& is_protected);
  void Write(const uint8_t* bytes, size_t size, uint64_t offset);
  // The file shall be `length` bytes long, which may end in a hole.
  void Finish(uint64_t length);
  // No half of a file under the name of a whole one.
  void Abandon();
  // Any thread: nothing more need be sent.
  bool failed() const { return failed_.load(std::memory_order_relaxed); }

  void MakeLink(const std::string& target);
  void MakeSpecial();
  // The directory itself, after its content; `final_mode` as of host_tree::MakeDirectory.
  void FinishDirectory(int final_mode);

 private:
  bool Check(int result, const char* step) { return report_.Check(path_, result, step); }
  FileTimes Times() const;

  CopyReport& report_;
  const std::string path_;
  const HostFdPtr directory_;
  const std::string name_;
  const linux_abi::Statx status_;
  const bool preserve_;
  int fd_ = -1;
  uint64_t written_end_ = 0;
  std::atomic<bool> failed_{false};
};

}  // namespace kdisk
