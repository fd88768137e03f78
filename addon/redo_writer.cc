// SPDX-License-Identifier: GPL-2.0-only
// Writes a redo journal: see redo_writer.h.
#include "redo_writer.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "crc32c.h"

namespace kdisk {

using namespace redo;

namespace {

// Where the file systems that the tools know keep their first superblock: btrfs at 64 KiB, the others before that.
constexpr uint64_t kSuperblocks = 68 << 10;

std::string DraftOf(const std::string& path) { return path + "~"; }

}  // namespace

void RemoveRedoDraft(const std::string& path) {
  if (!path.empty()) unlink(DraftOf(path).c_str());
}

std::unique_ptr<RedoWriter> RedoWriter::Create(const std::string& path, Failure* failure) {
  if (path.empty()) {
    const int fd = memfd_create("kdisk-redo", MFD_CLOEXEC);
    if (fd >= 0) return std::unique_ptr<RedoWriter>(new RedoWriter(fd, {}, {}));
    *failure = Failure::Errno(errno, "memfd_create");
    return nullptr;
  }
  const std::string draft = DraftOf(path);
  // A new file, whatever lies there: the directory may belong to others too.
  unlink(draft.c_str());
  const int fd = open(draft.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd >= 0) return std::unique_ptr<RedoWriter>(new RedoWriter(fd, path, draft));
  *failure = Failure::Errno(errno, "open", draft);
  return nullptr;
}

RedoWriter::~RedoWriter() {
  if (fd_ < 0) return;
  close(fd_);
  if (!draft_.empty()) unlink(draft_.c_str());
}

Failure RedoWriter::Append(const void* data, size_t size, uint64_t offset) {
  auto* from = static_cast<const uint8_t*>(data);
  while (size > 0) {
    const ssize_t done = pwrite(fd_, from, size, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return Failure::Errno(done < 0 ? errno : EIO, "write", draft_);
    from += done;
    size -= static_cast<size_t>(done);
    offset += static_cast<uint64_t>(done);
  }
  return {};
}

Failure RedoWriter::AddRange(BlockDevice* image, Overlay* overlay, Kind kind, uint64_t offset, uint64_t length) {
  bytes_.resize(static_cast<size_t>(length));
  SegmentList list;
  list.Add(bytes_.data(), bytes_.size());
  int result = image->Read(list, offset);
  if (result < 0) return Failure::Errno(-result, "read");
  sums_.resize(static_cast<size_t>(length / kSector));
  for (size_t i = 0; i < sums_.size(); i++) sums_[i] = Crc32c(&bytes_[i * kSector], kSector);
  bytes_.resize(kind == kData ? static_cast<size_t>(length) : 0);
  result = kind == kData ? overlay->Read(list, offset) : 0;
  if (result < 0) return Failure::Errno(-result, "read");

  Record record = {};
  record.kind = kind;
  record.offset = offset;
  record.length = length;
  const size_t sums = sums_.size() * sizeof(uint32_t);
  record.crc = Crc32c(bytes_.data(), bytes_.size(), Crc32c(sums_.data(), sums, Crc32c(&record, sizeof(record))));
  Failure failure = Append(&record, sizeof(record), length_);
  if (failure.ok()) failure = Append(sums_.data(), sums, length_ + sizeof(record));
  if (failure.ok()) failure = Append(bytes_.data(), bytes_.size(), length_ + sizeof(record) + sums);
  length_ += sizeof(record) + sums + bytes_.size();
  records_++;
  return failure;
}

Failure RedoWriter::AddWitness(BlockDevice* image, const std::vector<Overlay::Change>& changes, uint64_t start) {
  const uint64_t end = std::min(start + kSuperblocks, image->size());
  Failure failure;
  uint64_t at = start;
  for (const Overlay::Change& change : changes) {
    if (change.offset >= end || !failure.ok()) break;
    if (change.offset > at) failure = AddRange(image, nullptr, kWitness, at, change.offset - at);
    at = std::max(at, change.offset + change.length);
  }
  if (failure.ok() && at < end) failure = AddRange(image, nullptr, kWitness, at, end - at);
  return failure;
}

Failure RedoWriter::Write(BlockDevice* image, Overlay* overlay, const std::vector<Overlay::Change>& changes,
                          uint64_t start, const RedoJournal::Progress& progress) {
  uint64_t done = 0;
  for (const Overlay::Change& change : changes) {
    for (uint64_t at = 0; at < change.length; at += kMostBytes) {
      const uint64_t length = std::min(kMostBytes, change.length - at);
      const Failure failure = AddRange(image, overlay, change.hole ? kZeroes : kData, change.offset + at, length);
      if (!failure.ok()) return failure;
      done += length;
      if (progress) progress(done);
    }
  }
  const Failure failure = AddWitness(image, changes, start);
  if (!failure.ok()) return failure;
  Header header = {};
  memcpy(header.magic, kMagic, sizeof(kMagic));
  header.version = kVersion;
  header.image_size = image->size();
  header.records = records_;
  header.length = length_;
  header.crc = Crc32c(&header, sizeof(header));
  return Append(&header, sizeof(header), 0);
}

std::unique_ptr<RedoJournal> RedoWriter::Publish(bool replaces, Failure* failure) {
  if (!path_.empty()) {
    // The same name as the journal that may be there: what that would still write, this one does too.
    if (fsync(fd_) != 0) *failure = Failure::Errno(errno, "fsync", draft_);
    if (failure->ok() && rename(draft_.c_str(), path_.c_str()) != 0) *failure = Failure::Errno(errno, "rename", path_);
    if (!failure->ok()) return nullptr;
    const int synced = SyncDirectoryOf(path_);
    if (synced < 0) {
      *failure = Failure::Errno(-synced, "fsync", path_);
      if (!replaces) unlink(path_.c_str());
      return nullptr;
    }
  }
  const int fd = fd_;
  fd_ = -1;
  return std::make_unique<RedoJournal>(fd, path_);
}

}  // namespace kdisk
