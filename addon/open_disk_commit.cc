// SPDX-License-Identifier: GPL-2.0-only
// An overlay's changes, and how they get into the image: see open_disk.h.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "open_disk.h"
#include "redo_journal.h"
#include "redo_writer.h"

namespace kdisk {

namespace {

// A journal would be kept at `path`, empty if nowhere.
Failure NoRedo(const std::string& image, const Failure& reason) {
  const std::string why = reason.error ? strerror(reason.error) : "it is no file with a name";
  return Failure::Code("ERR_NO_REDO", "no journal can be kept beside " + image + " (" + why +
                                          "), so an interruption would leave it half changed");
}

}  // namespace

Failure OpenDisk::NoOverlay(const char* syscall) const {
  return Failure::Errno(EINVAL, syscall, path_, "the disk is not open as an overlay");
}

Failure OpenDisk::Changes(std::vector<Range>* ranges) const {
  ranges->clear();
  if (!overlay_) return NoOverlay("diff");
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Overlay::Change> changes;
  const int result = overlay_->Changes(&changes);
  if (result < 0) return Failure::Errno(-result, "read", path_);
  for (const Overlay::Change& change : changes) {
    const uint64_t from = std::max(change.offset, window_.start);
    const uint64_t to = std::min(change.offset + change.length, window_.start + window_.size);
    if (from >= to) continue;
    const uint64_t offset = from - window_.start;
    if (!ranges->empty() && ranges->back().offset + ranges->back().length == offset) {
      ranges->back().length += to - from;
    } else {
      ranges->push_back({offset, to - from});
    }
  }
  return {};
}

Failure OpenDisk::OpenForCommit() {
  if (!image_->read_only()) return {};
  Failure failure;
  std::unique_ptr<ImageFile> writable = image_->OpenForWriting(path_, &failure);
  if (!writable) return failure;
  image_ = writable.get();
  overlay_->SetBase(std::move(writable));
  return {};
}

Failure OpenDisk::Commit(const CommitOptions& options, CommitResult* result) {
  *result = {};
  if (!overlay_ || overlay_->read_only()) return NoOverlay("commit");
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Overlay::Change> changes;
  const int compared = overlay_->Changes(&changes);
  if (compared < 0) return Failure::Errno(-compared, "read", path_);
  uint64_t total = 0;
  for (const Overlay::Change& change : changes) total += change.length;
  if (total == 0 && !redone_) return {};
  Failure failure = OpenForCommit();
  if (!failure.ok()) return failure;

  // The journal first, whole and durable. Up to its publication a failure leaves the image as it was.
  const auto noted = [&](uint64_t bytes) {
    if (options.progress) options.progress(bytes, 2 * total);
  };
  const auto written = [&](uint64_t bytes) {
    if (options.progress) options.progress(total + bytes, 2 * total);
  };
  const std::string name = RedoJournal::NameFor(*image_);
  std::unique_ptr<RedoJournal> journal;
  if (!name.empty()) {
    std::unique_ptr<RedoWriter> writer = RedoWriter::Create(name, &failure);
    if (writer) failure = writer->Write(image_, overlay_, changes, window_.start, noted);
    for (const Overlay::Change& change : changes) {
      if (!failure.ok()) break;
      const int reserved = change.hole ? 0 : image_->Reserve(change.offset, change.length);
      if (reserved < 0) {
        return Failure::Errno(-reserved, "write", path_,
                              std::string("nothing was written to the image: ") + strerror(-reserved));
      }
    }
    if (failure.ok()) journal = writer->Publish(redone_, &failure);
  }
  result->journal = journal != nullptr;
  if (!journal) {
    if (!options.unsafe) return NoRedo(path_, failure);
    failure = {};
    std::unique_ptr<RedoWriter> writer = RedoWriter::Create({}, &failure);
    if (writer) failure = writer->Write(image_, overlay_, changes, window_.start, noted);
    if (failure.ok()) journal = writer->Publish(redone_, &failure);
    if (!failure.ok()) return failure;
  }

  failure = journal->Apply(image_, written);
  const int flushed = failure.ok() ? image_->Flush() : 0;
  if (flushed < 0) failure = Failure::Errno(-flushed, "fsync", path_);
  if (!failure.ok()) {
    const int error = failure.error ? failure.error : EIO;
    const std::string next = result->journal ? "; kdisk writes the rest from " + name + " when it next opens it" : "";
    return Failure::Errno(error, "write", path_,
                          std::string("the image is changed in part (") + strerror(error) + ")" + next);
  }
  result->bytes = total;
  const int forgotten = overlay_->Forget();
  if (forgotten < 0) return Failure::Errno(-forgotten, "commit", path_);
  // By its name: an older one may lie there, which no longer fits.
  failure = result->journal || redone_ ? RedoJournal::RemoveAt(name) : Failure();
  if (failure.ok()) redone_ = false;
  return failure;
}

}  // namespace kdisk
