// SPDX-License-Identifier: GPL-2.0-only
// Extents of files: see extents.h.
#include "extents.h"

#include <algorithm>
#include <cstring>

namespace kdisk {

using namespace linux_abi;

namespace {

// include/uapi/linux/fiemap.h
struct FiemapExtent {
  uint64_t logical;
  uint64_t physical;
  uint64_t length;
  uint64_t reserved64[2];
  uint32_t flags;
  uint32_t reserved[3];
};
constexpr size_t kExtents = 256;
struct Fiemap {
  uint64_t start;
  uint64_t length;
  uint32_t flags;
  uint32_t mapped;
  uint32_t count;
  uint32_t reserved;
  FiemapExtent extents[kExtents];
};
static_assert(sizeof(FiemapExtent) == 56 && sizeof(Fiemap) == 32 + kExtents * 56, "struct fiemap");
constexpr uint64_t kFsIocFiemap = 0xc020660b;
constexpr uint32_t kSync = 1;
constexpr uint32_t kLast = 0x1, kUnwritten = 0x800, kMerged = 0x1000, kShared = 0x2000;

// asm-generic struct statfs
struct Statfs {
  uint64_t type;
  uint64_t bsize, blocks, bfree, bavail, files, ffree;
  uint64_t fsid, namelen, frsize, flags, spare[4];
};
constexpr uint64_t kStReadOnly = 1;

// Drivers that tell places on the disk; what btrfs tells is an address in its own mapping of disks.
constexpr uint64_t kExt4 = 0xef53, kXfs = 0x58465342, kF2fs = 0xf2f52010, kErofs = 0xe0f5e1e2;

// Smaller ones, on average, are read as fast by the kernel.
constexpr uint64_t kWorthwhile = 64 * 1024;

bool IsPlain(const Guest& guest, uint64_t file, const Statx& status) {
  if (status.attributes & (kAttributeCompressed | kAttributeEncrypted | kAttributeVerity)) return false;
  Statfs volume = {};
  if (guest.Call(kFstatfs, {file, Address(&volume)}) < 0) return false;
  if (!(volume.flags & kStReadOnly)) return false;
  return volume.type == kExt4 || volume.type == kXfs || volume.type == kF2fs || volume.type == kErofs;
}

}  // namespace

bool MapExtents(const Guest& guest, const Disks& disks, uint64_t file, const Statx& status,
                std::vector<HostPiece>* pieces) {
  pieces->clear();
  if (!IsPlain(guest, file, status)) return false;
  const uint64_t device = MakeDev(status.dev_major, status.dev_minor);
  uint64_t at = 0, data = 0;
  Fiemap map;
  for (bool last = false; !last && at < status.size;) {
    memset(&map, 0, offsetof(Fiemap, extents));
    map.start = at;
    map.length = status.size - at;
    map.flags = kSync;
    map.count = kExtents;
    if (guest.Call(kIoctl, {file, kFsIocFiemap, Address(&map)}) < 0 || map.mapped > kExtents) return false;
    // A hole up to the end.
    if (map.mapped == 0) break;
    for (uint32_t i = 0; i < map.mapped; i++) {
      const FiemapExtent& extent = map.extents[i];
      if (extent.flags & ~(kLast | kUnwritten | kMerged | kShared)) return false;
      if (extent.length == 0 || extent.logical + extent.length < extent.logical || extent.logical < at) return false;
      last = extent.flags & kLast;
      const uint64_t end = std::min(extent.logical + extent.length, status.size);
      at = extent.logical + extent.length;
      if (extent.flags & kUnwritten || extent.logical >= end) continue;
      HostPiece piece = {-1, 0, extent.logical, end - extent.logical};
      if (!disks.HostRange(device, extent.physical, piece.size, &piece.image_fd, &piece.image_offset)) return false;
      data += piece.size;
      pieces->push_back(piece);
    }
  }
  return !pieces->empty() && data / pieces->size() >= std::min(kWorthwhile, data);
}

}  // namespace kdisk
