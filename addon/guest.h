// SPDX-License-Identifier: GPL-2.0-only
// System calls of the kernel inside under their own names, below one root directory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernel.h"
#include "linux_abi.h"

namespace kdisk {

// Results as of Kernel::Syscall. Paths are NUL-terminated.
class Guest {
 public:
  Guest(Kernel* kernel, int root) : kernel_(kernel), root_(root) {}

  Kernel& kernel() const { return *kernel_; }
  int root() const { return root_; }
  bool dead() const { return kernel_->dead(); }

  int64_t Call(uint64_t nr, std::initializer_list<uint64_t> args) const { return kernel_->Syscall(root_, nr, args); }
  int64_t Open(const char* path, uint64_t flags) const { return OpenAt(linux_abi::kAtFdcwd, path, flags); }
  int64_t OpenAt(uint64_t directory, const char* path, uint64_t flags) const {
    return Call(linux_abi::kOpenat, {directory, Address(path), flags | linux_abi::kOCloexec, 0});
  }
  int64_t Close(uint64_t fd) const { return Call(linux_abi::kClose, {fd}); }
  int64_t Read(uint64_t fd, void* buffer, uint64_t size, uint64_t offset) const {
    return Call(linux_abi::kPread64, {fd, Address(buffer), size, offset});
  }
  // As Read, for a file that is read once from start to end: past the kernel's page cache where the file system can,
  // which saves its upkeep, and else giving the pages back at once, so that the next ones are in the CPU's cache.
  int64_t ReadOnce(uint64_t fd, void* buffer, uint64_t size, uint64_t offset) const;
  // All of it or a negative errno; as pwrite(2) else.
  int64_t Write(uint64_t fd, const void* bytes, uint64_t size, uint64_t offset) const;
  // As Write, for a file that is written once from start to end: past the page cache where the file system can.
  int64_t WriteOnce(uint64_t fd, const void* bytes, uint64_t size, uint64_t offset) const;
  int64_t ReadDirectory(uint64_t fd, void* buffer, uint64_t size) const {
    return Call(linux_abi::kGetdents64, {fd, Address(buffer), size});
  }
  int64_t Stat(uint64_t directory, const char* name, uint64_t flags, linux_abi::Statx* result) const {
    return Call(linux_abi::kStatx, {directory, Address(name), flags | linux_abi::kAtNoAutomount,
                                    linux_abi::kStatxBasicStats | linux_abi::kStatxBtime, Address(result)});
  }
  int64_t ReadLink(uint64_t directory, const char* name, std::string* target) const;
  // A small file whole, as those of sysfs are.
  int64_t ReadSmallFile(uint64_t directory, const char* name, std::string* content) const;

 private:
  Kernel* kernel_;
  int root_;
};

// Open descriptor inside the kernel, closed at the end of the scope.
class GuestFd {
 public:
  GuestFd(const Guest& guest, int64_t fd) : guest_(guest), fd_(fd) {}
  ~GuestFd() { Close(); }
  GuestFd(const GuestFd&) = delete;
  GuestFd& operator=(const GuestFd&) = delete;
  void Close() {
    if (fd_ >= 0) guest_.Close(static_cast<uint64_t>(fd_));
    fd_ = -1;
  }
  // Negative errno when opening failed.
  int64_t get() const { return fd_; }
  uint64_t fd() const { return static_cast<uint64_t>(fd_); }

 private:
  const Guest& guest_;
  int64_t fd_;
};

struct GuestEntry {
  uint64_t ino;
  uint8_t type;
  const char* name;
  size_t name_size;
};

// Walks the records in a buffer that ReadDirectory has filled; "." and ".." are left out.
class EntryReader {
 public:
  EntryReader(const uint8_t* buffer, int64_t size)
      : at_(buffer), end_(buffer + (size > 0 ? size : 0)) {}
  bool Next(GuestEntry* entry);

 private:
  const uint8_t* at_;
  const uint8_t* end_;
};

}  // namespace kdisk
