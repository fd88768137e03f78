// SPDX-License-Identifier: GPL-2.0-only
// Numbers and structs of the kernel inside: its asm-generic ABI, which is not the ABI of every host it runs on.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kdisk {
namespace linux_abi {

enum Nr : uint64_t {
  kLsetxattr = 6,
  kFsetxattr = 7,
  kLgetxattr = 9,
  kFgetxattr = 10,
  kLlistxattr = 12,
  kFlistxattr = 13,
  kIoctl = 29,
  kMknodat = 33,
  kMkdirat = 34,
  kUnlinkat = 35,
  kSymlinkat = 36,
  kLinkat = 37,
  kUmount2 = 39,
  kMount = 40,
  kStatfs = 43,
  kFstatfs = 44,
  kFtruncate = 46,
  kFchdir = 50,
  kFchmod = 52,
  kFchmodat = 53,
  kFchownat = 54,
  kOpenat = 56,
  kClose = 57,
  kGetdents64 = 61,
  kLseek = 62,
  kRead = 63,
  kPread64 = 67,
  kPwrite64 = 68,
  kReadlinkat = 78,
  kFsync = 82,
  kUtimensat = 88,
  kFadvise64 = 223,
  kStatx = 291,
  kOpenat2 = 437,
  kFchmodat2 = 452,
};

constexpr uint64_t kAtFdcwd = static_cast<uint64_t>(-100);
constexpr uint64_t kAtSymlinkNofollow = 0x100, kAtRemovedir = 0x200, kAtNoAutomount = 0x800, kAtEmptyPath = 0x1000;

constexpr uint64_t kORdonly = 0, kOWronly = 1, kORdwr = 2, kOCreat = 0100, kOExcl = 0200, kONoctty = 0400,
                   kOTrunc = 01000, kONonblock = 04000, kOLargefile = 0100000, kODirectory = 0200000,
                   kONofollow = 0400000, kOCloexec = 02000000, kOPath = 010000000;

// openat2
struct OpenHow {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};
constexpr uint64_t kResolveNoSymlinks = 0x04, kResolveBeneath = 0x08;

constexpr uint64_t kFsIocGetflags = 0x80086601, kFsIocSetflags = 0x40086602;
// FS_*_FL
constexpr uint32_t kFlagImmutable = 0x10, kFlagAppend = 0x20, kFlagNocow = 0x800000, kFlagCasefold = 0x40000000;

constexpr uint64_t kMsRdonly = 1;
constexpr uint64_t kFadvDontneed = 4;
constexpr uint64_t kSeekSet = 0, kSeekData = 3, kSeekHole = 4;

constexpr uint32_t kFormatMask = 0170000, kSocket = 0140000, kLink = 0120000, kRegular = 0100000, kBlock = 0060000,
                   kDirectory = 0040000, kCharacter = 0020000, kFifo = 0010000;
constexpr uint8_t kDtUnknown = 0, kDtDirectory = 4, kDtRegular = 8, kDtLink = 10;

constexpr uint32_t kSetUid = 04000, kSetGid = 02000, kSticky = 01000, kPermissions = 07777;

// Words of struct statfs, of which the first is f_type (include/uapi/linux/magic.h; fs/exfat/exfat_raw.h).
constexpr size_t kStatfsWords = 15;
constexpr uint64_t kMsdosMagic = 0x4d44, kExfatMagic = 0x2011bab0;

constexpr size_t kPathMax = 4096;
constexpr size_t kXattrListMax = 65536, kXattrSizeMax = 65536;
constexpr size_t kPageSize = 4096;

// Of Statx::attributes.
constexpr uint64_t kAttributeCompressed = 0x4, kAttributeEncrypted = 0x800, kAttributeVerity = 0x100000;

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
