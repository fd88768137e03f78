// SPDX-License-Identifier: GPL-2.0-only
// virtio-blk: see virtio_blk.h.
#include "virtio_blk.h"

#include <cerrno>
#include <cstring>

namespace kdisk {

namespace {

enum Type : uint32_t { kIn = 0, kOut = 1, kFlush = 4, kGetId = 8, kDiscard = 11, kWriteZeroes = 13 };
enum Status : uint8_t { kOk = 0, kIoError = 1, kUnsupported = 2 };

constexpr uint64_t kSegMax = UINT64_C(1) << 2, kReadOnly = UINT64_C(1) << 5, kBlkSize = UINT64_C(1) << 6,
                   kFlushFeature = UINT64_C(1) << 9, kTopology = UINT64_C(1) << 10,
                   kDiscardFeature = UINT64_C(1) << 13, kWriteZeroesFeature = UINT64_C(1) << 14;

constexpr uint64_t kSector = 512;
constexpr size_t kIdSize = 20;
// A queue of 256 less the header and the status.
constexpr uint32_t kMaxSegments = 254;
// Sectors of one discard or write-zeroes: 1 GiB, so that a request without hole support ends some day.
constexpr uint32_t kMaxRangeSectors = 1 << 21;
constexpr uint32_t kMaxDiscardRanges = 64;

struct Header {
  uint32_t type;
  uint32_t reserved;
  uint64_t sector;
};
struct Range {
  uint64_t sector;
  uint32_t sectors;
  uint32_t flags;
};
constexpr uint32_t kRangeUnmap = 1;

}  // namespace

// Configuration space as in struct virtio_blk_config.
struct VirtioBlk::Config {
  uint64_t capacity;
  uint32_t size_max;
  uint32_t seg_max;
  uint32_t geometry;
  uint32_t blk_size;
  uint8_t physical_block_exp;
  uint8_t alignment_offset;
  uint16_t min_io_size;
  uint32_t opt_io_size;
  uint8_t writeback;
  uint8_t unused;
  uint16_t num_queues;
  uint32_t max_discard_sectors;
  uint32_t max_discard_seg;
  uint32_t discard_sector_alignment;
  uint32_t max_write_zeroes_sectors;
  uint32_t max_write_zeroes_seg;
  uint8_t write_zeroes_may_unmap;
  uint8_t unused1[3];
};

VirtioBlk::VirtioBlk(std::shared_ptr<BlockDevice> disk, std::string serial, OnError on_error)
    : disk_(std::move(disk)), serial_(std::move(serial)), on_error_(std::move(on_error)) {
  Config config = {};
  const uint32_t logical = disk_->logical_block_size();
  config.capacity = disk_->size() / kSector;
  config.seg_max = kMaxSegments;
  config.blk_size = logical;
  while (config.physical_block_exp < 8 && (logical << config.physical_block_exp) < disk_->physical_block_size()) {
    config.physical_block_exp++;
  }
  config.min_io_size = 1;
  config.num_queues = 1;
  config.max_discard_sectors = kMaxRangeSectors;
  config.max_discard_seg = kMaxDiscardRanges;
  config.discard_sector_alignment = static_cast<uint32_t>(disk_->physical_block_size() / kSector);
  config.max_write_zeroes_sectors = kMaxRangeSectors;
  config.max_write_zeroes_seg = 1;
  config.write_zeroes_may_unmap = 1;
  static_assert(sizeof(config) == 64, "layout of virtio_blk_config up to write zeroes, padded");
  memcpy(config_, &config, sizeof(config_));
}

uint64_t VirtioBlk::features() const {
  const uint64_t common = kSegMax | kBlkSize | kTopology;
  return common | (disk_->read_only() ? kReadOnly : kFlushFeature | kDiscardFeature | kWriteZeroesFeature);
}

uint8_t VirtioBlk::ConfigByte(uint32_t offset) const { return offset < sizeof(config_) ? config_[offset] : 0; }

uint32_t VirtioBlk::Handle(Chain* chain) {
  // The last writable byte is the status; without it nothing can be told to the driver.
  if (chain->writable.bytes() == 0) return 0;
  SegmentList status;
  chain->writable.Slice(chain->writable.bytes() - 1, 1, &status);
  chain->writable.DropBack(1);

  uint32_t written = 0;
  uint8_t result = kIoError;
  Header header;
  if (chain->valid && chain->readable.CopyTo(&header, sizeof(header))) {
    chain->readable.DropFront(sizeof(header));
    result = Dispatch(header.type, header.sector, chain, &written);
  }
  status.CopyFrom(&result, 1);
  return written + 1;
}

uint8_t VirtioBlk::Dispatch(uint32_t type, uint64_t sector, Chain* chain, uint32_t* written) {
  switch (type) {
    case kIn: {
      const uint8_t status = Transfer(false, sector, chain->writable);
      if (status == kOk) *written = static_cast<uint32_t>(chain->writable.bytes());
      return status;
    }
    case kOut: return Transfer(true, sector, chain->readable);
    case kFlush: return StatusOf("flush", 0, disk_->RememberWrite(disk_->Flush()));
    case kDiscard: return Ranges(false, chain->readable);
    case kWriteZeroes: return Ranges(true, chain->readable);
    case kGetId: {
      char id[kIdSize] = {};
      memcpy(id, serial_.data(), serial_.size() < kIdSize ? serial_.size() : kIdSize);
      if (!chain->writable.CopyFrom(id, sizeof(id))) return kIoError;
      *written = sizeof(id);
      return kOk;
    }
    default: return kUnsupported;
  }
}

bool VirtioBlk::OnDisk(uint64_t sector, uint64_t bytes) const {
  const uint64_t sectors = disk_->size() / kSector;
  return bytes % kSector == 0 && bytes / kSector <= sectors && sector <= sectors - bytes / kSector;
}

// A disk that has missed one write takes no more. What it holds is then what a power cut leaves, which a journal brings
// back; to write on would add what relies on the missing one, and a note in the superblock that it is damaged.
uint8_t VirtioBlk::Transfer(bool write, uint64_t sector, const SegmentList& data) {
  if (!OnDisk(sector, data.bytes())) return kIoError;
  if (write && disk_->read_only()) return kIoError;
  const uint64_t offset = sector * kSector;
  if (write && disk_->write_error() != 0) return kIoError;
  if (write) return StatusOf("write", offset, disk_->RememberWrite(disk_->Write(data, offset)));
  return StatusOf("read", offset, disk_->Read(data, offset));
}

uint8_t VirtioBlk::StatusOf(const char* what, uint64_t offset, int result) {
  if (result == 0) return kOk;
  if (on_error_) on_error_(what, offset, result);
  return kIoError;
}

uint8_t VirtioBlk::Ranges(bool zeroes, const SegmentList& data) {
  const uint64_t count = data.bytes() / sizeof(Range);
  if (data.bytes() % sizeof(Range) != 0 || count == 0 || count > (zeroes ? 1 : kMaxDiscardRanges)) return kIoError;
  if (disk_->read_only() || disk_->write_error() != 0) return kIoError;
  Range ranges[kMaxDiscardRanges];
  data.CopyTo(ranges, static_cast<size_t>(data.bytes()));
  for (uint64_t i = 0; i < count; i++) {
    const Range& range = ranges[i];
    const uint64_t length = range.sectors * kSector;
    if (range.flags & ~(zeroes ? kRangeUnmap : 0)) return kUnsupported;
    if (range.sectors > kMaxRangeSectors || !OnDisk(range.sector, length)) return kIoError;
    const uint64_t offset = range.sector * kSector;
    // A discard that fails loses nothing.
    const int result = zeroes ? disk_->RememberWrite(disk_->WriteZeroes(offset, length, range.flags & kRangeUnmap))
                       : discard_zeroes_ ? disk_->RememberWrite(disk_->WriteZeroes(offset, length, true))
                                         : disk_->Discard(offset, length);
    const uint8_t status = StatusOf(zeroes ? "write of zeroes" : "discard", offset, result);
    if (status != kOk) return status;
  }
  return kOk;
}

}  // namespace kdisk
