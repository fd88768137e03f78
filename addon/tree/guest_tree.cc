// SPDX-License-Identifier: GPL-2.0-only
// A volume as a tree: see guest_tree.h.
#include "guest_tree.h"

#include <algorithm>
#include <cerrno>

namespace kdisk {

using namespace linux_abi;

namespace {

constexpr size_t kLargePiece = 256 * 1024;

uint64_t Number(int64_t fd) { return static_cast<uint64_t>(fd); }

uint64_t EmptyPath(const char* name) { return name[0] ? 0 : kAtEmptyPath; }

// Seconds and nanoseconds of utimensat.
struct Timespec {
  int64_t seconds;
  int64_t nanoseconds;
};

}  // namespace

Tree::Fd GuestTree::Open(Fd at, const char* name, uint64_t flags, uint32_t mode) {
  return guest_.Call(kOpenat, {Number(at), Address(name), flags | kOCloexec | kONoctty | kOLargefile, mode});
}

int64_t GuestTree::Close(Fd fd) { return guest_.Close(Number(fd)); }

int64_t GuestTree::ReadDirectory(Fd directory, uint8_t* buffer, size_t size) {
  return guest_.ReadDirectory(Number(directory), buffer, size);
}

int64_t GuestTree::Stat(Fd at, const char* name, bool follow, Statx* status) {
  return guest_.Stat(Number(at), name, EmptyPath(name) | (follow ? 0 : kAtSymlinkNofollow), status);
}

int64_t GuestTree::ReadLink(Fd at, const char* name, std::string* target) {
  return guest_.ReadLink(Number(at), name, target);
}

int64_t GuestTree::Read(Fd file, uint8_t* buffer, size_t size, uint64_t offset) {
  size_t done = 0;
  while (done < size) {
    const int64_t count = guest_.ReadOnce(Number(file), buffer + done, size - done, offset + done);
    if (count < 0) return count;
    // Small files come whole, and a second call would only say so.
    done += static_cast<size_t>(count);
    if (count == 0 || static_cast<uint64_t>(count) % kPageSize != 0) break;
  }
  return static_cast<int64_t>(done);
}

int64_t GuestTree::Seek(Fd file, uint64_t offset, uint64_t whence) {
  return guest_.Call(kLseek, {Number(file), offset, whence});
}

int64_t GuestTree::XattrCall(Fd at, const char* name, uint64_t by_name, uint64_t by_fd,
                             std::initializer_list<uint64_t> rest) {
  uint64_t args[5] = {};
  std::copy(rest.begin(), rest.end(), args + 1);
  if (name[0] == '\0' && at != kTop) {
    args[0] = Number(at);
    return guest_.Call(by_fd, {args[0], args[1], args[2], args[3], args[4]});
  }
  args[0] = Address(name[0] ? name : ".");
  const int root = at == kTop ? guest_.root() : static_cast<int>(at);
  return guest_.kernel().Syscall(root, by_name, {args[0], args[1], args[2], args[3], args[4]});
}

int64_t GuestTree::ListXattrs(Fd at, const char* name, std::string* names) {
  char buffer[1024];
  int64_t size = XattrCall(at, name, kLlistxattr, kFlistxattr, {Address(buffer), sizeof(buffer)});
  if (size != -ERANGE) {
    names->assign(buffer, size > 0 ? static_cast<size_t>(size) : 0);
    return size;
  }
  names->resize(kXattrListMax);
  size = XattrCall(at, name, kLlistxattr, kFlistxattr, {Address(names->data()), names->size()});
  names->resize(size > 0 ? static_cast<size_t>(size) : 0);
  return size;
}

int64_t GuestTree::GetXattr(Fd at, const char* name, const char* attribute, std::string* value) {
  char buffer[1024];
  const uint64_t key = Address(attribute);
  int64_t size = XattrCall(at, name, kLgetxattr, kFgetxattr, {key, Address(buffer), sizeof(buffer)});
  if (size != -ERANGE) {
    value->assign(buffer, size > 0 ? static_cast<size_t>(size) : 0);
    return size;
  }
  value->resize(kXattrSizeMax);
  size = XattrCall(at, name, kLgetxattr, kFgetxattr, {key, Address(value->data()), value->size()});
  value->resize(size > 0 ? static_cast<size_t>(size) : 0);
  return size;
}

int64_t GuestTree::GetFlags(Fd fd, uint32_t* flags) {
  return guest_.Call(kIoctl, {Number(fd), kFsIocGetflags, Address(flags)});
}

int64_t GuestTree::MakeDirectory(Fd at, const char* name, uint32_t mode) {
  return guest_.Call(kMkdirat, {Number(at), Address(name), mode});
}

std::optional<int64_t> GuestTree::latest() const {
  const DeterministicStart* start = guest_.kernel().deterministic();
  return start ? std::optional<int64_t>(start->timestamp) : std::nullopt;
}

// Its driver takes any mode, keeps the bit for writing, and says nothing of the rest.
bool GuestTree::mode_missed() const {
  if (modes_ == Modes::kUnknown) {
    uint64_t words[kStatfsWords] = {};
    const int64_t result = guest_.Call(kStatfs, {Address("/"), Address(words)});
    modes_ = result == 0 && (words[0] == kMsdosMagic || words[0] == kExfatMagic) ? Modes::kNone : Modes::kHeld;
  }
  return modes_ == Modes::kNone;
}

int64_t GuestTree::MakeSymlink(Fd at, const char* name, const char* target) {
  return guest_.Call(kSymlinkat, {Address(target), Number(at), Address(name)});
}

int64_t GuestTree::MakeNode(Fd at, const char* name, uint32_t mode, uint32_t major, uint32_t minor) {
  return guest_.Call(kMknodat, {Number(at), Address(name), mode, MakeDev(major, minor)});
}

int64_t GuestTree::MakeHardLink(Fd base, const char* path, Fd at, const char* name) {
  const OpenHow how = {kOPath | kODirectory | kOCloexec, 0, kResolveNoSymlinks | kResolveBeneath};
  std::string parent(path);
  const size_t slash = parent.rfind('/');
  if (slash == std::string::npos) {
    return guest_.Call(kLinkat, {Number(base), Address(path), Number(at), Address(name), 0});
  }
  parent.resize(slash);
  const GuestFd directory(
      guest_, guest_.Call(kOpenat2, {Number(base), Address(parent.c_str()), Address(&how), sizeof(how)}));
  if (directory.get() < 0) return directory.get();
  return guest_.Call(kLinkat, {directory.fd(), Address(path + slash + 1), Number(at), Address(name), 0});
}

int64_t GuestTree::Unlink(Fd at, const char* name, bool directory) {
  return guest_.Call(kUnlinkat, {Number(at), Address(name), directory ? kAtRemovedir : 0});
}

int64_t GuestTree::Write(Fd file, const uint8_t* bytes, size_t size, uint64_t offset) {
  // The pieces of large files are large, and nobody reads them again soon.
  const int64_t result = size >= kLargePiece ? guest_.WriteOnce(Number(file), bytes, size, offset)
                                             : guest_.Write(Number(file), bytes, size, offset);
  return std::min<int64_t>(result, 0);
}

int64_t GuestTree::SetLength(Fd file, uint64_t length) { return guest_.Call(kFtruncate, {Number(file), length}); }

int64_t GuestTree::SetOwner(Fd at, const char* name, uint32_t uid, uint32_t gid) {
  return guest_.Call(kFchownat, {Number(at), Address(name), uid, gid, kAtSymlinkNofollow | EmptyPath(name)});
}

int64_t GuestTree::SetMode(Fd at, const char* name, uint32_t mode) {
  if (name[0] == '\0' && at != kTop) return guest_.Call(kFchmod, {Number(at), mode});
  return guest_.Call(kFchmodat2, {Number(at), Address(name), mode, kAtSymlinkNofollow | EmptyPath(name)});
}

int64_t GuestTree::SetTimes(Fd at, const char* name, const Timestamp& access, const Timestamp& modification) {
  const Timespec both[2] = {{access.seconds, access.nanoseconds}, {modification.seconds, modification.nanoseconds}};
  // Without a name it is futimens.
  if (name[0] == '\0' && at != kTop) return guest_.Call(kUtimensat, {Number(at), 0, Address(&both[0]), 0});
  return guest_.Call(kUtimensat,
                     {Number(at), Address(name), Address(&both[0]), kAtSymlinkNofollow | EmptyPath(name)});
}

int64_t GuestTree::SetXattr(Fd at, const char* name, const char* attribute, const void* value, size_t size) {
  return XattrCall(at, name, kLsetxattr, kFsetxattr, {Address(attribute), Address(value), size, 0});
}

int64_t GuestTree::SetFlags(Fd fd, uint32_t flags) {
  return guest_.Call(kIoctl, {Number(fd), kFsIocSetflags, Address(&flags)});
}

}  // namespace kdisk
