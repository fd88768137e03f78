// SPDX-License-Identifier: GPL-2.0-only
// Regular files of a tree that is written.
#include <algorithm>
#include <cerrno>

#include "host_copy.h"
#include "tree_writer.h"

namespace kdisk {

using namespace linux_abi;

namespace {

constexpr uint64_t kCreate = kOWronly | kOCreat | kOExcl | kONofollow | kONonblock;

bool IsEarlier(const Timestamp& one, const Timestamp& other) {
  return one.seconds != other.seconds ? one.seconds < other.seconds : one.nanoseconds < other.nanoseconds;
}

}  // namespace

bool TreeWriter::Keeps(const Event& event, const Statx& existing) const {
  if (options_.existing == CopyOptions::Existing::kKeep) return true;
  if (options_.existing == CopyOptions::Existing::kReplace || !event.metadata) return false;
  return !IsEarlier(existing.mtime, event.metadata->status.mtime);
}

void TreeWriter::Kept(const Event& event, const Statx& existing) {
  report_.Add(&CopyProgress::kept, 1);
  if (!event.metadata) return;
  const Statx& status = event.metadata->status;
  const bool same = existing.size == status.size && !IsEarlier(existing.mtime, status.mtime) &&
                    !IsEarlier(status.mtime, existing.mtime);
  if (!same) Unwritten(event);
}

void TreeWriter::Unwritten(const Event& event) {
  if (event.metadata && event.metadata->status.nlink > 1) unwritten_.insert(PathOf(event.name));
}

bool TreeWriter::IsSource(const Event& event, const Statx& status) const {
  return settings_.same_kernel && event.metadata && IdOf(event.metadata->status) == IdOf(status);
}

void TreeWriter::SkipFile(const Event& event) {
  Unwritten(event);
  if (event.whole) return;
  file_ = File();
  file_.active = file_.failed = true;
  unwanted_file_.store(files_, std::memory_order_relaxed);
}

int64_t TreeWriter::OpenExisting(const Event& event, Made* made) {
  const Tree::Fd fd = tree_.Open(here(), event.name.c_str(), kOWronly | kONofollow | kONonblock);
  if (fd < 0) return fd;
  Statx status;
  int64_t result = tree_.Stat(fd, "", false, &status);
  if (result >= 0 && (status.mode & kFormatMask) != kRegular) result = -EEXIST;
  if (result >= 0 && tree_.IsProtected(IdOf(status))) result = -EBUSY;
  if (result >= 0 && IsSource(event, status)) result = -EINVAL;
  // Not before it is known what it is.
  if (result >= 0 && status.size > 0) result = tree_.SetLength(fd, 0);
  made->mode = status.mode & kPermissions;
  made->existed = true;
  if (result >= 0) return fd;
  tree_.Close(fd);
  return result;
}

int64_t TreeWriter::CreateFile(const Event& event, Made* made, bool* kept) {
  const uint32_t mode = attributes_.CreationMode(event.metadata.get(), false);
  const char* name = event.name.c_str();
  // The usual case first: a new file needs no questions.
  int64_t fd = tree_.Open(here(), name, kCreate, mode);
  if (fd == -EEXIST) {
    Statx status;
    const int64_t found = tree_.Stat(here(), name, false, &status);
    if (found < 0) return found;
    if ((status.mode & kFormatMask) == kRegular) {
      if (!Keeps(event, status)) return OpenExisting(event, made);
      *kept = true;
      Kept(event, status);
      return 0;
    }
    const int64_t way = MakeWay(event, kept);
    if (way < 0 || *kept) return way;
    fd = tree_.Open(here(), name, kCreate, mode);
  }
  if (fd < 0) return fd;
  if (!inherits() && !tree_.mode_missed()) made->mode = mode;
  attributes_.SetEarlyFlags(fd, event.metadata.get());
  return fd;
}

bool TreeWriter::WriteFile(Event* event) {
  file_ = File();
  bool kept = false;
  const int64_t fd = CreateFile(*event, &file_.made, &kept);
  if (fd < 0 || kept) {
    if (kept) {
      if (!event->whole) SkipFile(*event);
      return true;
    }
    SkipFile(*event);
    return Failed(event->path, fd, "open");
  }
  file_.active = true;
  file_.fd = fd;
  file_.name = event->name;
  file_.path = event->path;
  file_.metadata = event->metadata;
  if (!event->whole) return true;
  if (event->size > 0) {
    event->offset = 0;
    if (!WriteData(*event)) return false;
  }
  return EndFile(event->size);
}

bool TreeWriter::WriteData(const Event& event) {
  if (file_.failed) return true;
  int64_t result = 0;
  if (event.image_fd >= 0) {
    bool reading;
    const int to = static_cast<int>(file_.fd);
    result = CopyHostRange(event.image_fd, event.image_offset, to, event.offset, event.size, &reading);
    if (result < 0 && reading) {
      report_.Problem(file_.path, result, CopyReport::Side::kSource, "read");
      RemoveFile();
      return true;
    }
  } else {
    result = tree_.Write(file_.fd, event.bytes.get(), event.size, event.offset);
  }
  if (result < 0) return FileFailed(result);
  const uint64_t end = event.offset + event.size;
  if (end > file_.written_end) {
    report_.Add(&CopyProgress::bytes, end - file_.written_end);
    file_.written_end = end;
  }
  return true;
}

void TreeWriter::RemoveFile() {
  if (file_.fd >= 0) tree_.Close(file_.fd);
  file_.fd = -1;
  // No half of a file under the name of a whole one.
  tree_.Unlink(here(), file_.name.c_str(), false);
  if (file_.metadata && file_.metadata->status.nlink > 1) unwritten_.insert(PathOf(file_.name));
  if (!file_.active) return;
  file_.failed = true;
  unwanted_file_.store(files_, std::memory_order_relaxed);
}

bool TreeWriter::FileFailed(int64_t result) {
  const bool going_on = Failed(file_.path, result, "write");
  RemoveFile();
  return going_on;
}

void TreeWriter::AbandonFile() {
  file_.active = false;
  if (!file_.failed) RemoveFile();
}

bool TreeWriter::EndFile(uint64_t length) {
  file_.active = false;
  if (file_.failed) return true;
  if (file_.written_end < length) {
    const int64_t result = tree_.SetLength(file_.fd, length);
    if (result < 0) return FileFailed(result);
    report_.Add(&CopyProgress::bytes, length - file_.written_end);
  }
  bool going_on = true;
  if (file_.metadata) going_on = attributes_.Set(file_.fd, "", file_.metadata.get(), file_.path, file_.made);
  const int64_t closed = tree_.Close(file_.fd);
  file_.fd = -1;
  // Network file systems report a full disk here.
  if (closed < 0) return FileFailed(closed);
  report_.Add(&CopyProgress::files, 1);
  if (!going_on) over_ = true;
  return going_on;
}

}  // namespace kdisk
