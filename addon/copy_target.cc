// SPDX-License-Identifier: GPL-2.0-only
// The host's half of a copy: see copy_target.h.
#include "copy_target.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace kdisk {

using namespace linux_abi;

FileTimes CopyTarget::Times() const {
  const auto convert = [](const Timestamp& time) {
    timespec result = {};
    result.tv_sec = static_cast<time_t>(time.seconds);
    result.tv_nsec = time.nanoseconds;
    return result;
  };
  return {convert(status_.atime), convert(status_.mtime)};
}

void CopyTarget::Create(const std::function<bool(const FileIdentity&)>& is_protected) {
  const mode_t mode = preserve_ ? 0600 : status_.mode & 0777;
  fd_ = host_tree::CreateFile(directory_->get(), name_.c_str(), mode, is_protected);
  if (!Check(fd_, "open")) failed_ = true;
}

void CopyTarget::Write(const uint8_t* bytes, size_t size, uint64_t offset) {
  if (failed_) return;
  if (!Check(host_tree::Write(fd_, bytes, size, offset), "write")) {
    failed_ = true;
    return;
  }
  written_end_ = std::max(written_end_, offset + size);
}

void CopyTarget::Finish(uint64_t length) {
  if (!failed_ && written_end_ < length && !Check(host_tree::SetLength(fd_, length), "write")) failed_ = true;
  if (failed_) return Abandon();
  if (preserve_) {
    Check(host_tree::SetMode(fd_, status_.mode), "chmod");
    Check(host_tree::SetTimes(fd_, Times()), "utimes");
  }
  // Network file systems report a full disk here.
  const int closed = close(fd_) == 0 || errno == EINTR ? 0 : -errno;
  fd_ = -1;
  if (!Check(closed, "write")) {
    unlinkat(directory_->get(), name_.c_str(), 0);
    return;
  }
  report_.Add(&CopyProgress::files, 1);
}

void CopyTarget::Abandon() {
  // Never opened: what stands there is not ours.
  if (fd_ < 0) return;
  close(fd_);
  fd_ = -1;
  unlinkat(directory_->get(), name_.c_str(), 0);
}

void CopyTarget::MakeLink(const std::string& target) {
  if (!Check(host_tree::MakeLink(directory_->get(), name_.c_str(), target.c_str()), "symlink")) return;
  if (preserve_) Check(host_tree::SetEntryTimes(directory_->get(), name_.c_str(), Times()), "utimes");
  report_.Add(&CopyProgress::links, 1);
}

void CopyTarget::MakeSpecial() {
  const mode_t mode = status_.mode & (kFormatMask | (preserve_ ? 0600 : 0777));
  const int made =
      host_tree::MakeSpecial(directory_->get(), name_.c_str(), mode, status_.rdev_major, status_.rdev_minor);
  if (!Check(made, "special")) return;
  if (preserve_) {
    Check(host_tree::SetEntryMode(directory_->get(), name_.c_str(), status_.mode), "chmod");
    Check(host_tree::SetEntryTimes(directory_->get(), name_.c_str(), Times()), "utimes");
  }
  report_.Add(&CopyProgress::files, 1);
}

void CopyTarget::FinishDirectory(int final_mode) {
  const int mode = preserve_ ? status_.mode & 07777 : final_mode;
  if (mode >= 0) Check(host_tree::SetMode(directory_->get(), static_cast<mode_t>(mode)), "chmod");
  if (preserve_) Check(host_tree::SetTimes(directory_->get(), Times()), "utimes");
}

}  // namespace kdisk
