// SPDX-License-Identifier: GPL-2.0-only
// Making things on the host: see host_tree.h.
#include "host_tree.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>

namespace kdisk {

HostFd::~HostFd() {
  if (fd_ >= 0) close(fd_);
}

namespace host_tree {

namespace {

// Calls again while a signal comes in between; a failure is returned as -errno.
template <typename Call>
int Retry(Call call) {
  for (;;) {
    const int result = call();
    if (result >= 0) return result;
    if (errno != EINTR) return -errno;
  }
}

// Makes way for a new entry, as cp does, unless a directory stands there.
template <typename Make>
int MakeEntry(int directory, const char* name, Make make) {
  int result = Retry(make);
  if (result != -EEXIST) return result;
  result = Retry([=] { return unlinkat(directory, name, 0); });
  // Linux says EISDIR, POSIX EPERM.
  if (result < 0) return result == -EISDIR || result == -EPERM ? -EEXIST : result;
  return Retry(make);
}

}  // namespace

int OpenParent(const std::string& path, std::string* name) {
  const size_t slash = path.rfind('/');
  *name = path.substr(slash == std::string::npos ? 0 : slash + 1);
  std::string parent = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (name->empty() || *name == "." || *name == "..") {
    parent = path.empty() ? "." : path;
    name->clear();
  }
  return Retry([&parent] { return open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
}

int OpenDirectory(int directory, const char* name) {
  return Retry([=] { return openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); });
}

int MakeDirectory(int directory, const char* name, mode_t mode, int* final_mode) {
  *final_mode = -1;
  const int made = Retry([=] { return mkdirat(directory, name, mode & 0777); });
  if (made < 0 && made != -EEXIST) return made;
  const int fd = OpenDirectory(directory, name);
  // A directory without read permission for its owner: made by us a moment ago, so it can be given.
  if (made == 0 && fd == -EACCES) {
    const int changed = SetEntryMode(directory, name, 0700);
    if (changed < 0) return changed;
    const int again = OpenDirectory(directory, name);
    *final_mode = static_cast<int>(mode & 0777);
    return again;
  }
  if (fd < 0) return made == -EEXIST && fd == -ENOTDIR ? -EEXIST : fd;
  struct stat status;
  if (made == 0 && fstat(fd, &status) == 0 && (status.st_mode & 0700) != 0700) {
    *final_mode = static_cast<int>(status.st_mode & 07777);
    SetMode(fd, status.st_mode | 0700);
  }
  return fd;
}

int CreateFile(int directory, const char* name, mode_t mode,
               const std::function<bool(const FileIdentity&)>& is_protected) {
  // The usual case first: a new file needs no questions.
  const int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;
  int fd = Retry([=] { return openat(directory, name, flags | O_EXCL, mode & 07777); });
  if (fd != -EEXIST) return fd;
  // Not O_TRUNC: first look at what it is. O_NONBLOCK: a fifo would wait for a reader.
  fd = Retry([=] { return openat(directory, name, flags | O_NONBLOCK, mode & 07777); });
  if (fd < 0) return fd;
  struct stat status;
  int result = Retry([=, &status] { return fstat(fd, &status); });
  if (result == 0 && !S_ISREG(status.st_mode)) result = -EEXIST;
  if (result == 0 && is_protected({status.st_dev, status.st_ino})) result = -EBUSY;
  if (result == 0 && status.st_size > 0) result = SetLength(fd, 0);
  if (result == 0) return fd;
  close(fd);
  return result;
}

int MakeLink(int directory, const char* name, const char* target) {
  return MakeEntry(directory, name, [=] { return symlinkat(target, directory, name); });
}

int MakeSpecial(int directory, const char* name, mode_t mode, uint32_t major, uint32_t minor) {
  return MakeEntry(directory, name, [=] { return mknodat(directory, name, mode, makedev(major, minor)); });
}

int Write(int fd, const uint8_t* bytes, size_t size, uint64_t offset) {
  while (size > 0) {
    const ssize_t moved = pwrite(fd, bytes, size, static_cast<off_t>(offset));
    if (moved < 0 && errno == EINTR) continue;
    if (moved <= 0) return moved < 0 ? -errno : -EIO;
    bytes += moved;
    size -= static_cast<size_t>(moved);
    offset += static_cast<uint64_t>(moved);
  }
  return 0;
}

int SetLength(int fd, uint64_t length) {
  return Retry([=] { return ftruncate(fd, static_cast<off_t>(length)); });
}

int SetMode(int fd, mode_t mode) {
  return Retry([=] { return fchmod(fd, mode & 07777); });
}

int SetTimes(int fd, const FileTimes& times) {
  const timespec both[2] = {times.access, times.modification};
  return Retry([&] { return futimens(fd, both); });
}

int SetEntryMode(int directory, const char* name, mode_t mode) {
  return Retry([=] { return fchmodat(directory, name, mode & 07777, AT_SYMLINK_NOFOLLOW); });
}

int SetEntryTimes(int directory, const char* name, const FileTimes& times) {
  const timespec both[2] = {times.access, times.modification};
  return Retry([&] { return utimensat(directory, name, both, AT_SYMLINK_NOFOLLOW); });
}

int Identify(int fd, FileIdentity* identity) {
  struct stat status;
  const int result = Retry([=, &status] { return fstat(fd, &status); });
  if (result == 0) *identity = {status.st_dev, status.st_ino};
  return result;
}

}  // namespace host_tree
}  // namespace kdisk
