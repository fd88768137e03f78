// SPDX-License-Identifier: GPL-2.0-only
// The calls that only Linux has, or has in a form that follows no symbolic link: see host_tree.h.
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "host_call.h"
#include "host_tree.h"

namespace kdisk {

using namespace linux_abi;
using host::Directory;
using host::Name;
using host::Retry;

namespace {

static_assert(sizeof(struct statx) == sizeof(Statx), "one layout");

#ifndef SYS_fchmodat2
constexpr long kHostFchmodat2 = 452;
#else
constexpr long kHostFchmodat2 = SYS_fchmodat2;
#endif

std::string ProcPath(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

// A path that leads to the entry for the calls that take no directory: these are made in the form that does not follow
// a last component, except for a descriptor's own path, which is a link in /proc only.
struct EntryPath {
  EntryPath(Tree::Fd at, const char* name) : by_fd(at != Tree::kTop && !*name), fd(Directory(at)) {
    if (by_fd) return;
    path = at == Tree::kTop ? std::string(Name(at, name)) : ProcPath(fd) + "/" + name;
  }

  // Of three calls the one for this entry. An O_PATH descriptor is good for none but its path.
  template <typename ByFd, typename ByPath, typename ByOwnPath>
  int64_t Call(ByFd by_descriptor, ByPath by_path, ByOwnPath by_own_path) const {
    if (!by_fd) return Retry([&] { return by_path(path.c_str()); });
    const int64_t result = Retry([&] { return by_descriptor(fd); });
    if (result != -EBADF) return result;
    const std::string own = ProcPath(fd);
    return Retry([&] { return by_own_path(own.c_str()); });
  }

  const bool by_fd;
  const int fd;
  std::string path;
};

int64_t ListOnce(const EntryPath& entry, char* names, size_t size) {
  return entry.Call([=](int fd) { return flistxattr(fd, names, size); },
                    [=](const char* path) { return llistxattr(path, names, size); },
                    [=](const char* path) { return listxattr(path, names, size); });
}

int64_t GetOnce(const EntryPath& entry, const char* attribute, void* value, size_t size) {
  return entry.Call([=](int fd) { return fgetxattr(fd, attribute, value, size); },
                    [=](const char* path) { return lgetxattr(path, attribute, value, size); },
                    [=](const char* path) { return getxattr(path, attribute, value, size); });
}

// Calls `read` with room enough; it may grow between two calls.
template <typename ReadOnce>
int64_t ReadGrowing(std::string* result, ReadOnce read) {
  for (size_t size = 256;; size *= 8) {
    result->resize(size);
    const int64_t length = read(result->data(), size);
    if (length == -ERANGE && size < (1 << 20)) continue;
    result->resize(length > 0 ? static_cast<size_t>(length) : 0);
    return length < 0 ? length : 0;
  }
}

// The directory that `path` (without its last component) names below `base`, through no symbolic link.
int64_t OpenBeneath(int base, const std::string& path) {
  struct open_how how = {};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  for (int attempt = 0; attempt < 10; attempt++) {
    const int64_t fd = Retry([&] { return syscall(SYS_openat2, base, path.c_str(), &how, sizeof how); });
    if (fd >= 0) return fd;
    // Something was renamed at that moment.
    if (fd == -EAGAIN) continue;
    // Before Linux 5.6, or not let through by a sandbox.
    if (fd != -ENOSYS && fd != -EPERM) return fd;
    break;
  }
  int current = base;
  for (size_t at = 0; at <= path.size();) {
    const size_t slash = std::min(path.find('/', at), path.size());
    const std::string name = path.substr(at, slash - at);
    at = slash + 1;
    if (name.empty() || name == ".") continue;
    const int64_t next = Retry(
        [&] { return openat(current, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); });
    if (current != base) close(current);
    if (next < 0) return next;
    current = static_cast<int>(next);
  }
  return current != base ? current : Retry([=] { return openat(base, ".", O_PATH | O_DIRECTORY | O_CLOEXEC); });
}

bool GoesUp(const std::string& path) {
  return ("/" + path + "/").find("/../") != std::string::npos;
}

}  // namespace

uint32_t HostTree::umask() const {
  // umask(2) tells it by changing it, for all threads of the process.
  FILE* const status = fopen("/proc/self/status", "re");
  if (!status) return Tree::umask();
  unsigned mask = Tree::umask();
  char line[256];
  while (fgets(line, sizeof line, status) && sscanf(line, "Umask: %o", &mask) != 1) {
  }
  fclose(status);
  return mask;
}

int64_t HostTree::ReadDirectory(Fd directory, uint8_t* buffer, size_t size) {
  return Retry([=] { return syscall(SYS_getdents64, static_cast<int>(directory), buffer, size); });
}

int64_t HostTree::Stat(Fd at, const char* name, bool follow, Statx* status) {
  const int flags = AT_EMPTY_PATH | AT_NO_AUTOMOUNT | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
  return Retry([=] {
    return statx(Directory(at), Name(at, name), flags, STATX_BASIC_STATS | STATX_BTIME,
                 reinterpret_cast<struct statx*>(status));
  });
}

int64_t HostTree::ListXattrs(Fd at, const char* name, std::string* names) {
  const EntryPath entry(at, name);
  return ReadGrowing(names, [&](char* buffer, size_t size) { return ListOnce(entry, buffer, size); });
}

int64_t HostTree::GetXattr(Fd at, const char* name, const char* attribute, std::string* value) {
  const EntryPath entry(at, name);
  return ReadGrowing(value, [&](char* buffer, size_t size) { return GetOnce(entry, attribute, buffer, size); });
}

int64_t HostTree::SetXattr(Fd at, const char* name, const char* attribute, const void* value, size_t size) {
  return EntryPath(at, name).Call(
      [=](int fd) { return fsetxattr(fd, attribute, value, size, 0); },
      [=](const char* path) { return lsetxattr(path, attribute, value, size, 0); },
      [=](const char* path) { return setxattr(path, attribute, value, size, 0); });
}

int64_t HostTree::GetFlags(Fd fd, uint32_t* flags) {
  // Declared for a long, made with an int.
  int value = 0;
  const int64_t result = Retry([&] { return ioctl(static_cast<int>(fd), FS_IOC_GETFLAGS, &value); });
  *flags = static_cast<uint32_t>(value);
  return result < 0 ? result : 0;
}

int64_t HostTree::SetFlags(Fd fd, uint32_t flags) {
  int value = static_cast<int>(flags);
  return Retry([&] { return ioctl(static_cast<int>(fd), FS_IOC_SETFLAGS, &value); });
}

int64_t HostTree::MakeNode(Fd at, const char* name, uint32_t mode, uint32_t major, uint32_t minor) {
  const int64_t made = Retry([=] { return mknodat(Directory(at), name, mode, makedev(major, minor)); });
  if (made == 0) MakeModeExact(at, name, mode);
  return made;
}

int64_t HostTree::MakeHardLink(Fd base, const char* path, Fd at, const char* name) {
  const std::string whole = path;
  if (GoesUp(whole)) return -EINVAL;
  const size_t slash = whole.rfind('/');
  if (slash == std::string::npos) return Retry([=] { return linkat(Directory(base), path, Directory(at), name, 0); });
  const int64_t directory = OpenBeneath(Directory(base), whole.substr(0, slash));
  if (directory < 0) return directory;
  const int from = static_cast<int>(directory);
  const int64_t result = Retry([&] { return linkat(from, path + slash + 1, Directory(at), name, 0); });
  close(from);
  return result;
}

int64_t HostTree::SetOwner(Fd at, const char* name, uint32_t uid, uint32_t gid) {
  static_assert(kKeep == static_cast<uid_t>(-1) && kKeep == static_cast<gid_t>(-1), "chown leaves these as they are");
  return Retry(
      [=] { return fchownat(Directory(at), Name(at, name), uid, gid, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH); });
}

int64_t HostTree::SetMode(Fd at, const char* name, uint32_t mode) {
  mode &= 07777;
  const char* const entry = Name(at, name);
  int64_t result;
  if (!*entry) {
    result = Retry([=] { return fchmod(Directory(at), mode); });
    if (result == -EBADF) result = Retry([=] { return chmod(ProcPath(Directory(at)).c_str(), mode); });
  } else {
    result = Retry([=] { return syscall(kHostFchmodat2, Directory(at), entry, mode, AT_SYMLINK_NOFOLLOW); });
    if (result == -ENOSYS || result == -EPERM) {
      // Before Linux 6.6, or a sandbox: what the call would do.
      const int64_t fd = Retry([=] { return openat(Directory(at), entry, O_PATH | O_NOFOLLOW | O_CLOEXEC); });
      if (fd < 0) return fd;
      struct stat status;
      result = Retry([=, &status] { return fstat(static_cast<int>(fd), &status); });
      if (result == 0) {
        result = S_ISLNK(status.st_mode) ? -EOPNOTSUPP
                                         : Retry([=] { return chmod(ProcPath(static_cast<int>(fd)).c_str(), mode); });
      }
      close(static_cast<int>(fd));
    }
  }
  if (result < 0 || !(mode & S_ISGID)) return result;
  // Taken away without a word from whoever is not in the file's group.
  Statx status;
  result = Stat(at, name, false, &status);
  return result < 0 ? result : (status.mode & S_ISGID) ? 0 : -EPERM;
}

int64_t HostTree::SetTimes(Fd at, const char* name, const Timestamp& access, const Timestamp& modification) {
  const timespec times[2] = {{access.seconds, static_cast<long>(access.nanoseconds)},
                             {modification.seconds, static_cast<long>(modification.nanoseconds)}};
  const char* const entry = Name(at, name);
  if (*entry) return Retry([&] { return utimensat(Directory(at), entry, times, AT_SYMLINK_NOFOLLOW); });
  const int64_t result = Retry([&] { return futimens(Directory(at), times); });
  if (result != -EBADF) return result;
  return Retry([&] { return utimensat(Directory(at), ProcPath(Directory(at)).c_str(), times, 0); });
}

}  // namespace kdisk
