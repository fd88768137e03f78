// SPDX-License-Identifier: GPL-2.0-only
// One side of a copy: the file tree of a volume or of the host, by the same few calls. What is read, and how it is
// written, is decided once for both (tree_reader.h, tree_writer.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "../linux_abi.h"

namespace kdisk {

// Which file it is, whatever its name.
struct NodeId {
  uint64_t device = 0;
  uint64_t inode = 0;
  bool operator==(const NodeId& other) const { return device == other.device && inode == other.inode; }
};

inline NodeId IdOf(const linux_abi::Statx& status) {
  return {linux_abi::MakeDev(status.dev_major, status.dev_minor), status.ino};
}

// Results: 0 or positive, else a negative Linux errno. `name` is one component below the open directory `at`, or empty
// for what `at` itself is; symbolic links are never followed. `at` may be kTop, and `name` then a whole path, which is
// followed up to its last component. Flags, modes, struct statx and directory records are Linux's on every host.
// One thread at a time.
class Tree {
 public:
  using Fd = int64_t;
  // The volume's root, or the current directory of the host.
  static constexpr Fd kTop = -100;

  virtual ~Tree() = default;

  // -- reading
  // O_CLOEXEC, O_NOCTTY and O_LARGEFILE are added; O_NOFOLLOW is the caller's. `mode` counts with O_CREAT, and is not
  // changed by a umask.
  virtual Fd Open(Fd at, const char* name, uint64_t flags, uint32_t mode) = 0;
  Fd Open(Fd at, const char* name, uint64_t flags) { return Open(at, name, flags, 0); }
  virtual int64_t Close(Fd fd) = 0;
  // struct linux_dirent64 records, 0 at the end. EntryReader (guest.h) walks them.
  virtual int64_t ReadDirectory(Fd directory, uint8_t* buffer, size_t size) = 0;
  // `follow` concerns a last component that is a symbolic link, for names given by the user.
  virtual int64_t Stat(Fd at, const char* name, bool follow, linux_abi::Statx* status) = 0;
  virtual int64_t ReadLink(Fd at, const char* name, std::string* target) = 0;
  // Of a file that is read once from start to end. Fewer bytes than asked at the end of the file only.
  virtual int64_t Read(Fd file, uint8_t* buffer, size_t size, uint64_t offset) = 0;
  // Position of the next data or hole: `whence` is kSeekData or kSeekHole.
  virtual int64_t Seek(Fd file, uint64_t offset, uint64_t whence) = 0;
  // Names of extended attributes, each with its NUL; -EOPNOTSUPP where there are none.
  virtual int64_t ListXattrs(Fd at, const char* name, std::string* names) = 0;
  virtual int64_t GetXattr(Fd at, const char* name, const char* attribute, std::string* value) = 0;
  // FS_*_FL of include/uapi/linux/fs.h; -EOPNOTSUPP or -ENOTTY where there are none.
  virtual int64_t GetFlags(Fd fd, uint32_t* flags) = 0;

  // The directory above `below`, if it is still `id`. -ESTALE: somebody moved the tree, and its ".." could be anywhere.
  Fd OpenAbove(Fd below, const NodeId& id);

  // -- writing
  virtual int64_t MakeDirectory(Fd at, const char* name, uint32_t mode) = 0;
  virtual int64_t MakeSymlink(Fd at, const char* name, const char* target) = 0;
  virtual int64_t MakeNode(Fd at, const char* name, uint32_t mode, uint32_t major, uint32_t minor) = 0;
  // A second name for `path`, which is relative to `base` and goes through no symbolic link.
  virtual int64_t MakeHardLink(Fd base, const char* path, Fd at, const char* name) = 0;
  virtual int64_t Unlink(Fd at, const char* name, bool directory) = 0;
  // All of it, or an errno.
  virtual int64_t Write(Fd file, const uint8_t* bytes, size_t size, uint64_t offset) = 0;
  virtual int64_t SetLength(Fd file, uint64_t length) = 0;
  // kKeep leaves one of the two as it is.
  static constexpr uint32_t kKeep = UINT32_MAX;
  virtual int64_t SetOwner(Fd at, const char* name, uint32_t uid, uint32_t gid) = 0;
  // Permission bits, 07777. -EOPNOTSUPP for a symbolic link.
  virtual int64_t SetMode(Fd at, const char* name, uint32_t mode) = 0;
  virtual int64_t SetTimes(Fd at, const char* name, const linux_abi::Timestamp& access,
                           const linux_abi::Timestamp& modification) = 0;
  virtual int64_t SetXattr(Fd at, const char* name, const char* attribute, const void* value, size_t size) = 0;
  virtual int64_t SetFlags(Fd fd, uint32_t flags) = 0;

  // The last Open with O_CREAT, MakeDirectory or MakeNode made its entry, but with another mode than asked for, because
  // the file system cannot hold that one (FAT). SetMode tells why, or says nothing and does what it can.
  virtual bool mode_missed() const { return false; }

  // -- what kind of tree it is
  // Seconds since 1970, after which no time in it may be, because the same copy is to give the same tree at any time.
  virtual std::optional<int64_t> latest() const { return std::nullopt; }
  // What new entries that ask for no certain mode are made without.
  virtual uint32_t umask() const { return 022; }
  // The engine thread only (a volume), or any one thread (the host).
  virtual bool guest() const = 0;
  // A file that a copy must not write to: one of the images.
  virtual bool IsProtected(const NodeId& file) const = 0;
  // Nothing works any more (a dead kernel).
  virtual bool dead() const = 0;
};

}  // namespace kdisk
