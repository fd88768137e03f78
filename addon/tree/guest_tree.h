// SPDX-License-Identifier: GPL-2.0-only
// A volume of the kernel inside as one side of a copy. Engine thread only.
#pragma once

#include <string>

#include "../guest.h"
#include "tree.h"

namespace kdisk {

class GuestTree : public Tree {
 public:
  explicit GuestTree(const Guest& guest) : guest_(guest) {}

  const Guest& calls() const { return guest_; }

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

  std::optional<int64_t> latest() const override;
  bool mode_missed() const override;
  bool guest() const override { return true; }
  // No image lies in a volume that is attached.
  bool IsProtected(const NodeId&) const override { return false; }
  bool dead() const override { return guest_.dead(); }

 private:
  // Extended attributes have no calls that take a directory: of an entry by name, `at` is "/" for the call.
  int64_t XattrCall(Fd at, const char* name, uint64_t by_name, uint64_t by_fd, std::initializer_list<uint64_t> rest);

  const Guest guest_;
  // Of the file system; unknown at first.
  mutable enum class Modes { kUnknown, kHeld, kNone } modes_ = Modes::kUnknown;
};

}  // namespace kdisk
