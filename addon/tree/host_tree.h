// SPDX-License-Identifier: GPL-2.0-only
// The host's files as one side of a copy. What an image calls its files must not decide where on the host they land:
// names are looked up in directories that are open, and never through a symbolic link.
// What POSIX has no call for is in host_tree_linux.cc.
#pragma once

#include <functional>
#include <string>

#include "tree.h"

namespace kdisk {

class HostTree : public Tree {
 public:
  // `is_protected`: see IsProtected. `device` of its argument is linux_abi::MakeDev() of a struct statx.
  explicit HostTree(std::function<bool(const NodeId&)> is_protected) : is_protected_(std::move(is_protected)) {}

  using Tree::Open;
  Fd Open(Fd at, const char* name, uint64_t flags, uint32_t mode) override;
  int64_t Close(Fd fd) override;
  int64_t ReadDirectory(Fd directory, uint8_t* buffer, size_t size) override;
  int64_t Stat(Fd at, const char* name, bool follow, linux_abi::Statx* status) override;
  int64_t ReadLink(Fd at, const char* name, std::string* target) override;
  int64_t Read(Fd file, uint8_t* buffer, size_t size, uint64_t offset) override;
  int64_t Seek(Fd file, uint64_t offset, uint64_t whence) override;
  int64_t ListXattrs(Fd at, const char* name, std::string* names) override;
  int64_t GetXattr(Fd at, const char* name, const char* attribute, std::string* value) override;
  int64_t GetFlags(Fd fd, uint32_t* flags) override;

  int64_t MakeDirectory(Fd at, const char* name, uint32_t mode) override;
  int64_t MakeSymlink(Fd at, const char* name, const char* target) override;
  int64_t MakeNode(Fd at, const char* name, uint32_t mode, uint32_t major, uint32_t minor) override;
  int64_t MakeHardLink(Fd base, const char* path, Fd at, const char* name) override;
  int64_t Unlink(Fd at, const char* name, bool directory) override;
  int64_t Write(Fd file, const uint8_t* bytes, size_t size, uint64_t offset) override;
  int64_t SetLength(Fd file, uint64_t length) override;
  int64_t SetOwner(Fd at, const char* name, uint32_t uid, uint32_t gid) override;
  int64_t SetMode(Fd at, const char* name, uint32_t mode) override;
  int64_t SetTimes(Fd at, const char* name, const linux_abi::Timestamp& access,
                   const linux_abi::Timestamp& modification) override;
  int64_t SetXattr(Fd at, const char* name, const char* attribute, const void* value, size_t size) override;
  int64_t SetFlags(Fd fd, uint32_t flags) override;

  bool mode_missed() const override { return mode_missed_; }
  uint32_t umask() const override;
  bool guest() const override { return false; }
  bool IsProtected(const NodeId& file) const override { return is_protected_(file); }
  bool dead() const override { return false; }

 private:
  // Gives a new entry the mode that was asked for: what it got depends on umask, default ACLs and set-group-ID parents.
  // Looking is far cheaper than a chmod per file.
  void MakeModeExact(Fd at, const char* name, uint32_t mode);

  const std::function<bool(const NodeId&)> is_protected_;
  bool mode_missed_ = false;
};

}  // namespace kdisk
