// SPDX-License-Identifier: GPL-2.0-only
// Copy-on-write in memory over any block device: writes go to a sparse memory file, the base is never written.
#pragma once

#include <memory>
#include <vector>

#include "block_device.h"
#include "failure.h"

namespace kdisk {

class Overlay : public BlockDevice {
 public:
  // Null, and *failure filled, when the host gives no memory file.
  static std::unique_ptr<Overlay> Create(std::unique_ptr<BlockDevice> base, Failure* failure);
  ~Overlay() override;
  Overlay(const Overlay&) = delete;
  Overlay& operator=(const Overlay&) = delete;

  int Read(const SegmentList& target, uint64_t offset) override;
  int Write(const SegmentList& source, uint64_t offset) override;
  int Flush() override { return 0; }
  int Discard(uint64_t offset, uint64_t length) override;
  int WriteZeroes(uint64_t offset, uint64_t length, bool unmap) override;
  int Punch(uint64_t offset, uint64_t length) override { return WriteZeroes(offset, length, true); }
  bool HostRange(uint64_t offset, uint64_t length, int* fd, uint64_t* host_offset) const override;
  uint64_t size() const override { return base_->size(); }
  bool read_only() const override { return frozen_; }
  uint32_t logical_block_size() const override { return base_->logical_block_size(); }
  uint32_t physical_block_size() const override { return base_->physical_block_size(); }

  // What reads otherwise than the base, as its bytes are compared now. Sorted, in whole blocks of 4 KiB.
  struct Change {
    uint64_t offset;
    uint64_t length;
    // Zeroes that take no room here and need none elsewhere.
    bool hole;
  };
  int Changes(std::vector<Change>* changes) const;
  // No more writes: it shows what is in it, over a base that is read-only to those who ask.
  void Freeze() { frozen_ = true; }
  // The same image, opened anew.
  void SetBase(std::unique_ptr<BlockDevice> base) { base_ = std::move(base); }
  // Drops all that was written, because it is in the base now.
  int Forget();

 private:
  static constexpr uint64_t kBlock = 4096;
  // Blocks for each page of the presence map: 128 MiB of disk, so that the map of an untouched terabyte is 64 KiB.
  static constexpr uint64_t kGroup = 32768;
  struct Group {
    uint64_t words[kGroup / 64] = {};
  };
  // One for all groups of which every block is present, so that a punched terabyte takes no memory either.
  static const Group full_;
  static Group FullGroup();
  struct FreeGroup {
    void operator()(const Group* group) const {
      if (group != &full_) delete group;
    }
  };

  Overlay(std::unique_ptr<BlockDevice> base, int fd);
  bool Present(uint64_t block) const;
  void MarkPresent(uint64_t first, uint64_t end);
  // First block from `block` on, but below `end`, whose state differs from that of `block`.
  uint64_t EndOfRun(uint64_t block, uint64_t end) const;
  int CopyUp(uint64_t block);
  // Brings in what a change of [offset, offset + length) leaves of the blocks at its two ends.
  int CopyUpEdges(uint64_t offset, uint64_t length);
  int MoveMemory(const SegmentList& list, uint64_t offset, bool write) const;
  int ZeroMemory(uint64_t offset, uint64_t length);
  // End of the piece of the memory file, hole or data, that begins at `offset`.
  uint64_t EndOfPiece(uint64_t offset, bool* hole) const;
  int CompareRange(uint64_t offset, uint64_t end, bool hole, std::vector<Change>* changes) const;

  std::unique_ptr<BlockDevice> base_;
  int fd_;
  bool frozen_ = false;
  std::vector<std::unique_ptr<Group, FreeGroup>> groups_;
};

}  // namespace kdisk
