// SPDX-License-Identifier: GPL-2.0-only
// Files, directories and links made on the host, always below a directory that is open and never through a symbolic
// link: what the image calls its files must not decide where on the host they land.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "image_file.h"

namespace kdisk {

struct FileTimes {
  timespec access;
  timespec modification;
};

// A descriptor that is closed when nobody needs it any more.
class HostFd {
 public:
  explicit HostFd(int fd) : fd_(fd) {}
  ~HostFd();
  HostFd(const HostFd&) = delete;
  HostFd& operator=(const HostFd&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};
using HostFdPtr = std::shared_ptr<HostFd>;

// Descriptors and 0 are results, negative errnos failures.
namespace host_tree {

// Splits a path into its directory, opened, and its last name. A path that ends in "/", "." or ".." names a directory
// by itself: then `name` is empty and the directory is that one.
int OpenParent(const std::string& path, std::string* name);

int OpenDirectory(int directory, const char* name);
// Opens what it makes, or what is there if that is a directory. `mode` counts for a new one, which is usable by its
// owner at least; *final_mode is then what to give it at the end, -1 when nothing is to be done.
int MakeDirectory(int directory, const char* name, mode_t mode, int* final_mode);
// Write-only and empty, regular files only; EBUSY for one that `is_protected` names.
int CreateFile(int directory, const char* name, mode_t mode,
               const std::function<bool(const FileIdentity&)>& is_protected);
int MakeLink(int directory, const char* name, const char* target);
int MakeSpecial(int directory, const char* name, mode_t mode, uint32_t major, uint32_t minor);
int Write(int fd, const uint8_t* bytes, size_t size, uint64_t offset);
int SetLength(int fd, uint64_t length);
int SetMode(int fd, mode_t mode);
int SetTimes(int fd, const FileTimes& times);
// Of the entry itself, also where it is a symbolic link.
int SetEntryMode(int directory, const char* name, mode_t mode);
int SetEntryTimes(int directory, const char* name, const FileTimes& times);
int Identify(int fd, FileIdentity* identity);

}  // namespace host_tree
}  // namespace kdisk
