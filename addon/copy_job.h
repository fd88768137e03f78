// SPDX-License-Identifier: GPL-2.0-only
// State of one copy out of an image, and its steps for single entries; copy_out.cc walks the trees.
#pragma once

#include <memory>
#include <string>

#include "copy_out.h"
#include "host_tree.h"

namespace kdisk {

class CopyJob {
 public:
  enum class Side { kImage, kHost };

  CopyJob(const Guest& guest, const Disks& disks, const CopyOptions& options, const CopyObserver& observer);

  // An entry that is no directory: `from` below `guest_directory` becomes `to` below `host_directory`.
  void CopyEntry(uint64_t guest_directory, const char* from, const linux_abi::Statx& status, int host_directory,
                 const char* to, bool follow);
  // At the end of a directory; `final_mode` as of host_tree::MakeDirectory.
  void FinishDirectory(int host_fd, const linux_abi::Statx& status, int final_mode);

  void Problem(int64_t result, Side side, const char* step);
  // False: stop everything.
  bool Observe();
  bool running() const { return running_ && !guest_.dead(); }

  const Guest& guest() const { return guest_; }
  const CopyOptions& options() const { return options_; }
  CopyResult& result() { return result_; }
  // Inside the image, of the entry in work; for problems.
  std::string& path() { return path_; }

 private:
  void CopyFile(uint64_t guest_directory, const char* from, const linux_abi::Statx& status, int host_directory,
                const char* to, bool follow);
  void CopyLink(uint64_t guest_directory, const char* from, const linux_abi::Statx& status, int host_directory,
                const char* to);
  void CopySpecial(const linux_abi::Statx& status, int host_directory, const char* to);
  bool CopyContent(uint64_t from, int to, const linux_abi::Statx& status);
  bool CopyRange(uint64_t from, int to, uint64_t* at, uint64_t end, uint64_t* written_end);

  static constexpr size_t kBufferSize = 1 << 20;

  const Guest& guest_;
  const Disks& disks_;
  const CopyOptions options_;
  const CopyObserver& observer_;
  const std::unique_ptr<uint8_t[]> buffer_;
  CopyResult result_;
  std::string path_;
  bool running_ = true;
};

}  // namespace kdisk
