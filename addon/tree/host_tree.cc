// SPDX-License-Identifier: GPL-2.0-only
// The calls that POSIX has: see host_tree.h.
#include "host_tree.h"

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>

#include "host_call.h"

namespace kdisk {

using namespace linux_abi;
using host::Directory;
using host::Name;
using host::Retry;

namespace {

// Read in pieces: worth telling the host that all of it will be.
constexpr size_t kLargeRead = 256 << 10;

// Linux's generic numbers, which are not those of every host.
int HostFlags(uint64_t flags) {
  int result = O_CLOEXEC | O_NOCTTY;
  const uint64_t access = flags & (kOWronly | kORdwr);
  result |= access == kORdonly ? O_RDONLY : access == kOWronly ? O_WRONLY : O_RDWR;
  if (flags & kOTrunc) result |= O_TRUNC;
  if (flags & kONonblock) result |= O_NONBLOCK;
  if (flags & kODirectory) result |= O_DIRECTORY;
  if (flags & kONofollow) result |= O_NOFOLLOW;
#ifdef O_PATH
  if (flags & kOPath) result |= O_PATH;
#endif
  return result;
}

}  // namespace

Tree::Fd HostTree::Open(Fd at, const char* name, uint64_t flags, uint32_t mode) {
  const int directory = Directory(at), host_flags = HostFlags(flags);
  if (!*name) name = ".";
  const auto open_there = [=] { return openat(directory, name, host_flags); };
  if (!(flags & kOCreat)) return Retry(open_there);
  // A name that comes and goes at that very moment is looked for a few times.
  for (int attempt = 0;; attempt++) {
    const int64_t made = Retry([=] { return openat(directory, name, host_flags | O_CREAT | O_EXCL, mode & 07777); });
    if (made >= 0) MakeModeExact(made, "", mode);
    if (made != -EEXIST || (flags & kOExcl)) return made;
    // Not O_CREAT again: only a file that is new gets `mode`.
    const int64_t there = Retry(open_there);
    if (there != -ENOENT || attempt == 3) return there;
  }
}

int64_t HostTree::Close(Fd fd) {
  // After EINTR the descriptor is gone all the same.
  return close(static_cast<int>(fd)) == 0 || errno == EINTR ? 0 : -errno;
}

int64_t HostTree::ReadLink(Fd at, const char* name, std::string* target) {
  for (size_t size = 256;; size *= 4) {
    target->resize(size);
    const int64_t length = Retry([=] { return readlinkat(Directory(at), Name(at, name), target->data(), size); });
    if (length >= 0 && static_cast<size_t>(length) == size) continue;
    target->resize(length > 0 ? static_cast<size_t>(length) : 0);
    return length < 0 ? length : 0;
  }
}

int64_t HostTree::Read(Fd file, uint8_t* buffer, size_t size, uint64_t offset) {
  const int fd = static_cast<int>(file);
#ifdef POSIX_FADV_SEQUENTIAL
  if (offset == 0 && size >= kLargeRead) posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
  return host::ReadAll(fd, buffer, size, offset);
}

int64_t HostTree::Seek(Fd file, uint64_t offset, uint64_t whence) {
  const int host_whence = whence == kSeekData ? SEEK_DATA : whence == kSeekHole ? SEEK_HOLE : SEEK_SET;
  return Retry([=] { return lseek(static_cast<int>(file), static_cast<off_t>(offset), host_whence); });
}

int64_t HostTree::MakeDirectory(Fd at, const char* name, uint32_t mode) {
  const int64_t made = Retry([=] { return mkdirat(Directory(at), name, mode & 01777); });
  if (made == 0) MakeModeExact(at, name, mode);
  return made;
}

int64_t HostTree::MakeSymlink(Fd at, const char* name, const char* target) {
  return Retry([=] { return symlinkat(target, Directory(at), name); });
}

int64_t HostTree::Unlink(Fd at, const char* name, bool directory) {
  return Retry([=] { return unlinkat(Directory(at), name, directory ? AT_REMOVEDIR : 0); });
}

int64_t HostTree::Write(Fd file, const uint8_t* bytes, size_t size, uint64_t offset) {
  return host::WriteAll(static_cast<int>(file), bytes, size, offset);
}

int64_t HostTree::SetLength(Fd file, uint64_t length) {
  return Retry([=] { return ftruncate(static_cast<int>(file), static_cast<off_t>(length)); });
}

void HostTree::MakeModeExact(Fd at, const char* name, uint32_t mode) {
  struct stat status;
  const int64_t seen = Retry([=, &status] {
    return *name ? fstatat(Directory(at), name, &status, AT_SYMLINK_NOFOLLOW) : fstat(Directory(at), &status);
  });
  mode_missed_ = seen < 0 || ((status.st_mode & 07777) != (mode & 07777) && SetMode(at, name, mode & 07777) < 0);
}

}  // namespace kdisk
