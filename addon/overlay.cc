// SPDX-License-Identifier: GPL-2.0-only
// Copy-on-write in memory: see overlay.h. Bytes of present blocks are in the memory file at the disk's own offsets.
#include "overlay.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kdisk {

namespace {

// Bytes that are compared at once.
constexpr uint64_t kPiece = 64 << 10;

}  // namespace

const Overlay::Group Overlay::full_ = FullGroup();

Overlay::Group Overlay::FullGroup() {
  Group group;
  memset(group.words, 0xff, sizeof(group.words));
  return group;
}

std::unique_ptr<Overlay> Overlay::Create(std::unique_ptr<BlockDevice> base, Failure* failure) {
  const int fd = memfd_create("kdisk-overlay", MFD_CLOEXEC);
  // The full size from the start: a block that is present but a hole must read as zeroes.
  if (fd < 0 || ftruncate(fd, static_cast<off_t>(base->size())) != 0) {
    *failure = Failure::Errno(errno, fd < 0 ? "memfd_create" : "ftruncate");
    if (fd >= 0) close(fd);
    return nullptr;
  }
  return std::unique_ptr<Overlay>(new Overlay(std::move(base), fd));
}

Overlay::Overlay(std::unique_ptr<BlockDevice> base, int fd) : base_(std::move(base)), fd_(fd) {
  groups_.resize(static_cast<size_t>(base_->size() / (kBlock * kGroup) + 1));
}

Overlay::~Overlay() { close(fd_); }

bool Overlay::Present(uint64_t block) const {
  const Group* group = groups_[block / kGroup].get();
  return group && (group->words[block % kGroup / 64] >> (block % 64) & 1);
}

void Overlay::MarkPresent(uint64_t first, uint64_t end) {
  for (uint64_t block = first; block < end;) {
    std::unique_ptr<Group, FreeGroup>& group = groups_[block / kGroup];
    const uint64_t next = (block / kGroup + 1) * kGroup;
    // Never written to: its bits are all set.
    if (block % kGroup == 0 && next <= end) group.reset(const_cast<Group*>(&full_));
    if (group.get() == &full_) {
      block = next;
      continue;
    }
    if (!group) group.reset(new Group);
    uint64_t& word = group->words[block % kGroup / 64];
    if (block % 64 == 0 && end - block >= 64) {
      word = ~UINT64_C(0);
      block += 64;
    } else {
      word |= UINT64_C(1) << (block % 64);
      block++;
    }
  }
}

uint64_t Overlay::EndOfRun(uint64_t block, uint64_t end) const {
  const bool state = Present(block);
  while (block < end) {
    const Group* group = groups_[block / kGroup].get();
    if (!group || group == &full_) {
      if (state != (group == &full_)) return block;
      block = (block / kGroup + 1) * kGroup;
    } else if (block % 64 == 0 && group->words[block % kGroup / 64] == (state ? ~UINT64_C(0) : 0)) {
      block += 64;
    } else if (Present(block) == state) {
      block++;
    } else {
      return block;
    }
  }
  return end;
}

int Overlay::Read(const SegmentList& target, uint64_t offset) {
  const uint64_t end = offset + target.bytes();
  const uint64_t end_block = (end + kBlock - 1) / kBlock;
  for (uint64_t at = offset; at < end;) {
    const uint64_t run = std::min(EndOfRun(at / kBlock, end_block) * kBlock, end);
    SegmentList part;
    const bool whole = at == offset && run == end;
    if (!whole) target.Slice(at - offset, run - at, &part);
    const SegmentList& list = whole ? target : part;
    const int result = Present(at / kBlock) ? MoveMemory(list, at, false) : base_->Read(list, at);
    if (result < 0) return result;
    at = run;
  }
  return 0;
}

int Overlay::Write(const SegmentList& source, uint64_t offset) {
  if (frozen_) return -EROFS;
  if (source.bytes() == 0) return 0;
  int result = CopyUpEdges(offset, source.bytes());
  if (result == 0) result = MoveMemory(source, offset, true);
  // A failed write may have changed part of absent blocks' memory; they stay absent, so nobody sees it.
  if (result == 0) MarkPresent(offset / kBlock, (offset + source.bytes() + kBlock - 1) / kBlock);
  return result;
}

int Overlay::Discard(uint64_t offset, uint64_t length) {
  if (frozen_) return -EROFS;
  // Only whole blocks that are ours free anything; those of the base can as well stay as they are.
  const uint64_t end_block = (offset + length) / kBlock;
  for (uint64_t block = (offset + kBlock - 1) / kBlock; block < end_block;) {
    const uint64_t run = EndOfRun(block, end_block);
    if (Present(block)) {
      const int result = ZeroMemory(block * kBlock, (run - block) * kBlock);
      if (result < 0) return result;
    }
    block = run;
  }
  return 0;
}

int Overlay::WriteZeroes(uint64_t offset, uint64_t length, bool) {
  if (frozen_) return -EROFS;
  if (length == 0) return 0;
  int result = CopyUpEdges(offset, length);
  if (result == 0) result = ZeroMemory(offset, length);
  if (result == 0) MarkPresent(offset / kBlock, (offset + length + kBlock - 1) / kBlock);
  return result;
}

bool Overlay::HostRange(uint64_t offset, uint64_t length, int* fd, uint64_t* host_offset) const {
  if (length == 0 || length > size() || offset > size() - length) return false;
  const uint64_t first = offset / kBlock;
  const uint64_t end = (offset + length + kBlock - 1) / kBlock;
  return !Present(first) && EndOfRun(first, end) == end && base_->HostRange(offset, length, fd, host_offset);
}

int Overlay::Changes(std::vector<Change>* changes) const {
  changes->clear();
  const uint64_t blocks = (size() + kBlock - 1) / kBlock;
  for (uint64_t block = 0; block < blocks;) {
    const uint64_t run = EndOfRun(block, blocks);
    const uint64_t end = std::min(run * kBlock, size());
    for (uint64_t at = block * kBlock; at < end && Present(block);) {
      bool hole;
      const uint64_t piece = std::min(EndOfPiece(at, &hole), end);
      // Both are zeroes up to where the base has data.
      const uint64_t from = hole ? std::max(at, base_->NextData(at) / kBlock * kBlock) : at;
      const uint64_t to = std::min(piece, from + kPiece);
      if (from < to) {
        const int result = CompareRange(from, to, hole, changes);
        if (result < 0) return result;
      }
      at = from < to ? to : piece;
    }
    block = run;
  }
  return 0;
}

int Overlay::CompareRange(uint64_t offset, uint64_t end, bool hole, std::vector<Change>* changes) const {
  std::vector<uint8_t> ours(end - offset), theirs(end - offset);
  SegmentList list, base_list;
  list.Add(ours.data(), ours.size());
  base_list.Add(theirs.data(), theirs.size());
  int result = hole ? 0 : MoveMemory(list, offset, false);
  if (result == 0) result = base_->Read(base_list, offset);
  if (result < 0) return result;
  for (uint64_t at = offset; at < end; at += kBlock) {
    const uint64_t length = std::min(kBlock, end - at);
    if (memcmp(&ours[at - offset], &theirs[at - offset], length) == 0) continue;
    Change* last = changes->empty() ? nullptr : &changes->back();
    if (last && last->offset + last->length == at && last->hole == hole) {
      last->length += length;
    } else {
      changes->push_back({at, length, hole});
    }
  }
  return 0;
}

uint64_t Overlay::EndOfPiece(uint64_t offset, bool* hole) const {
  const off_t data = lseek(fd_, static_cast<off_t>(offset), SEEK_DATA);
  *hole = data < 0 ? errno == ENXIO : static_cast<uint64_t>(data) > offset;
  if (*hole) return data < 0 ? size() : static_cast<uint64_t>(data);
  const off_t next = lseek(fd_, static_cast<off_t>(offset), SEEK_HOLE);
  return next < 0 ? size() : static_cast<uint64_t>(next);
}

int Overlay::Forget() {
  const int result = ZeroMemory(0, size());
  if (result < 0) return result;
  for (auto& group : groups_) group.reset();
  return 0;
}

int Overlay::CopyUpEdges(uint64_t offset, uint64_t length) {
  const uint64_t end = offset + length;
  const uint64_t first = offset / kBlock;
  const uint64_t last = (end - 1) / kBlock;
  int result = 0;
  if (offset % kBlock != 0) result = CopyUp(first);
  // The end of the disk is the end of its last block, aligned or not.
  if (result == 0 && end % kBlock != 0 && end != size()) result = CopyUp(last);
  return result;
}

int Overlay::CopyUp(uint64_t block) {
  if (Present(block)) return 0;
  uint8_t bytes[kBlock];
  SegmentList list;
  list.Add(bytes, static_cast<size_t>(std::min(kBlock, size() - block * kBlock)));
  int result = base_->Read(list, block * kBlock);
  if (result == 0) result = MoveMemory(list, block * kBlock, true);
  if (result == 0) MarkPresent(block, block + 1);
  return result;
}

int Overlay::MoveMemory(const SegmentList& list, uint64_t offset, bool write) const {
  for (size_t i = 0; i < list.count(); i++) {
    uint8_t* base = list.data()[i].base;
    size_t left = list.data()[i].size;
    while (left > 0) {
      const ssize_t moved = write ? pwrite(fd_, base, left, static_cast<off_t>(offset))
                                  : pread(fd_, base, left, static_cast<off_t>(offset));
      if (moved < 0 && errno == EINTR) continue;
      if (moved <= 0) return moved < 0 ? -errno : -EIO;
      base += moved;
      left -= static_cast<size_t>(moved);
      offset += static_cast<uint64_t>(moved);
    }
  }
  return 0;
}

int Overlay::ZeroMemory(uint64_t offset, uint64_t length) {
  while (fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                   static_cast<off_t>(length)) != 0) {
    if (errno != EINTR) return -errno;
  }
  return 0;
}

}  // namespace kdisk
