// SPDX-License-Identifier: GPL-2.0-only
// Numbers and structs of the kernel inside: its asm-generic ABI, which is not the ABI of every host it runs on.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kdisk {
namespace linux_abi {

enum Nr : uint64_t {
  kIoctl = 29,
  kMknodat = 33,
  kMkdirat = 34,
  kUnlinkat = 35,
  kUmount2 = 39,
  kMount = 40,
  kFchdir = 50,
  kOpenat = 56,
  kClose = 57,
  kGetdents64 = 61,
  kLseek = 62,
  kRead = 63,
  kPread64 = 67,
  kReadlinkat = 78,
  kFsync = 82,
  kFadvise64 = 223,
  kStatx = 291,
};

constexpr uint64_t kAtFdcwd = static_cast<uint64_t>(-100);
constexpr uint64_t kAtSymlinkNofollow = 0x100, kAtNoAutomount = 0x800, kAtEmptyPath = 0x1000;

constexpr uint64_t kORdonly = 0, kORdwr = 2, kOExcl = 0200, kONonblock = 04000, kODirectory = 0200000,
                   kONofollow = 0400000, kOCloexec = 02000000;

constexpr uint64_t kMsRdonly = 1;
constexpr uint64_t kFadvDontneed = 4;
constexpr uint64_t kSeekSet = 0, kSeekData = 3, kSeekHole = 4;

constexpr uint32_t kFormatMask = 0170000, kSocket = 0140000, kLink = 0120000, kRegular = 0100000, kBlock = 0060000,
                   kDirectory = 0040000, kCharacter = 0020000, kFifo = 0010000;
constexpr uint8_t kDtUnknown = 0, kDtDirectory = 4, kDtLink = 10;

constexpr size_t kPathMax = 4096;
constexpr size_t kPageSize = 4096;

constexpr uint64_t kStatxBasicStats = 0x7ff, kStatxBtime = 0x800;

struct Timestamp {
  int64_t seconds;
  uint32_t nanoseconds;
  int32_t reserved;
};

struct Statx {
  uint32_t mask;
  uint32_t blksize;
  uint64_t attributes;
  uint32_t nlink;
  uint32_t uid;
  uint32_t gid;
  uint16_t mode;
  uint16_t spare0;
  uint64_t ino;
  uint64_t size;
  uint64_t blocks;
  uint64_t attributes_mask;
  Timestamp atime, btime, ctime, mtime;
  uint32_t rdev_major, rdev_minor;
  uint32_t dev_major, dev_minor;
  uint64_t spare[14];
};
static_assert(sizeof(Statx) == 256, "struct statx");

// Followed by the name, NUL-terminated, and padding to `length`.
struct Dirent64 {
  uint64_t ino;
  int64_t next;
  uint16_t length;
  uint8_t type;
};
constexpr size_t kDirentName = 19;

constexpr uint64_t MakeDev(uint32_t major, uint32_t minor) {
  return (minor & 0xff) | static_cast<uint64_t>(major) << 8 | static_cast<uint64_t>(minor & ~0xffu) << 12;
}

}  // namespace linux_abi
}  // namespace kdisk
