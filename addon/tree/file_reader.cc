// SPDX-License-Identifier: GPL-2.0-only
// Content of files: see file_reader.h.
#include "file_reader.h"

#include <algorithm>
#include <cerrno>

namespace kdisk {

using namespace linux_abi;
using Side = CopyReport::Side;

namespace {

// What is left to the host is told in pieces too, for progress and to stop in between.
constexpr uint64_t kHostPiece = 32 << 20;

}  // namespace

void FileReader::Close() {
  if (file_ >= 0) tree_.Close(file_);
  file_ = -1;
}

bool FileReader::Start(Tree::Fd file, const Statx& status, const std::string& path, Event* event) {
  file_ = file;
  path_ = path;
  size_ = status.size;
  at_ = end_ = 0;
  abandoned_ = false;
  pieces_.clear();
  piece_ = 0;
  // Fewer blocks than bytes: holes, or compression, where looking for holes finds none.
  sparse_ = status.blocks * 512 < size_;
  unsized_ = size_ == 0 && !tree_.guest();
  event->whole = false;
  if ((size_ > 0 || unsized_) && size_ <= BufferPool::kSmall && !sparse_) {
    // Most files of most trees: one event for all of it.
    const size_t wanted = unsized_ ? BufferPool::kSmall : static_cast<size_t>(size_);
    event->bytes = buffers_.Take(wanted);
    const int64_t count = tree_.Read(file_, event->bytes.get(), wanted, 0);
    if (count < 0) {
      event->bytes.reset();
      if (!tree_.dead()) report_.Problem(path_, count, Side::kSource, "read");
      Close();
      return false;
    }
    // More than fits follows when its length is not known.
    if (!unsized_ || static_cast<size_t>(count) < wanted) {
      event->whole = true;
      event->size = static_cast<size_t>(count);
      Close();
      return true;
    }
    event->bytes.reset();
    size_ = UINT64_MAX;
  } else if (size_ == 0) {
    event->whole = true;
    event->size = 0;
    Close();
  } else if (locate_ && size_ > BufferPool::kLarge && !locate_(file_, status, &pieces_)) {
    pieces_.clear();
  }
  return true;
}

void FileReader::End(Event* event, Event::Kind kind, uint64_t length) {
  Close();
  event->kind = kind;
  event->path = path_;
  event->offset = length;
}

bool FileReader::NextHostPiece(Event* event) {
  if (piece_ == pieces_.size()) return false;
  HostPiece& piece = pieces_[piece_];
  event->kind = Event::Kind::kData;
  event->path = path_;
  event->image_fd = piece.image_fd;
  event->image_offset = piece.image_offset;
  event->offset = piece.offset;
  event->size = static_cast<size_t>(std::min(piece.size, kHostPiece));
  piece.image_offset += event->size;
  piece.offset += event->size;
  piece.size -= event->size;
  if (piece.size == 0) piece_++;
  return true;
}

bool FileReader::FindData() {
  if (at_ < end_) return true;
  if (at_ >= size_) return false;
  end_ = size_;
  if (!sparse_) return true;
  const int64_t data = tree_.Seek(file_, at_, kSeekData);
  if (data == -ENXIO || data >= static_cast<int64_t>(size_)) return false;
  if (data < static_cast<int64_t>(at_)) {
    sparse_ = false;
    return true;
  }
  at_ = static_cast<uint64_t>(data);
  const int64_t hole = tree_.Seek(file_, at_, kSeekHole);
  if (hole > data) end_ = std::min(static_cast<uint64_t>(hole), size_);
  return true;
}

void FileReader::Next(Event* event) {
  *event = Event{};
  if (abandoned_) return End(event, Event::Kind::kAbandon, 0);
  if (!pieces_.empty()) {
    if (!NextHostPiece(event)) End(event, Event::Kind::kEnd, size_);
    return;
  }
  if (!FindData()) return End(event, Event::Kind::kEnd, size_);
  event->bytes = buffers_.Take(BufferPool::kLarge);
  const auto wanted = static_cast<size_t>(std::min<uint64_t>(BufferPool::kLarge, end_ - at_));
  const int64_t count = tree_.Read(file_, event->bytes.get(), wanted, at_);
  if (count <= 0) event->bytes.reset();
  if (count < 0) {
    if (!tree_.dead()) report_.Problem(path_, count, Side::kSource, "read");
    return End(event, Event::Kind::kAbandon, 0);
  }
  // It ended before its size said so.
  if (count == 0) return End(event, Event::Kind::kEnd, at_);
  event->kind = Event::Kind::kData;
  event->path = path_;
  event->offset = at_;
  event->size = static_cast<size_t>(count);
  at_ += event->size;
  if (event->size < wanted) end_ = size_ = at_;
}

}  // namespace kdisk
