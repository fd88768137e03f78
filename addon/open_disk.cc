// SPDX-License-Identifier: GPL-2.0-only
// An image that is open: see open_disk.h.
#include "open_disk.h"

#include <cerrno>
#include <cstring>

#include "redo_journal.h"
#include "redo_writer.h"

namespace kdisk {

namespace {

constexpr uint64_t kSector = 512;

Failure CheckWindow(const DiskWindow& window, uint64_t size, const std::string& path) {
  if (window.start % kSector != 0 || window.size % kSector != 0 || window.size == 0) {
    return Failure::Errno(EINVAL, "open", path, "a part of an image begins and ends at a sector (512 bytes)");
  }
  if (window.start > size || window.size > size - window.start) {
    return Failure::Errno(EINVAL, "open", path,
                          "the part from byte " + std::to_string(window.start) + " with " +
                              std::to_string(window.size) + " bytes does not fit into an image of " +
                              std::to_string(size));
  }
  return {};
}

}  // namespace

std::shared_ptr<OpenDisk> OpenDisk::Open(const std::string& path, AttachMode mode,
                                         const std::optional<DiskWindow>& window, Failure* failure) {
  std::unique_ptr<ImageFile> image = ImageFile::Open(path, mode == AttachMode::kReadWrite, failure);
  if (!image) return nullptr;
  const DiskWindow whole{0, image->size()};
  *failure = CheckWindow(window.value_or(whole), image->size(), path);
  if (!failure->ok()) return nullptr;
  std::shared_ptr<OpenDisk> disk(new OpenDisk(path, image->identity()));
  disk->window_ = window.value_or(whole);
  *failure = disk->SetUp(std::move(image), mode);
  return failure->ok() ? disk : nullptr;
}

Failure OpenDisk::SetUp(std::unique_ptr<ImageFile> image, AttachMode mode) {
  image_ = image.get();
  Failure failure;
  const std::unique_ptr<RedoJournal> journal = RedoJournal::Find(*image_, &failure);
  if (failure.ok() && journal) failure = journal->Check(image_);
  if (!failure.ok()) return failure;
  redone_ = journal != nullptr;
  // With a journal, what is shown as read-only is not the file either.
  if (mode == AttachMode::kOverlay || (mode == AttachMode::kReadOnly && journal)) {
    std::unique_ptr<Overlay> overlay = Overlay::Create(std::move(image), &failure);
    if (!overlay) return failure;
    overlay_ = overlay.get();
    device_ = std::move(overlay);
  } else {
    device_ = std::move(image);
  }
  if (mode == AttachMode::kReadWrite) RemoveRedoDraft(RedoJournal::NameFor(*image_));
  if (!journal) return {};
  failure = journal->Apply(device_.get());
  if (!failure.ok()) return failure;
  if (mode == AttachMode::kReadOnly) overlay_->Freeze();
  if (mode != AttachMode::kReadWrite) return {};
  const int flushed = device_->Flush();
  return flushed < 0 ? Failure::Errno(-flushed, "fsync", path_) : RedoJournal::RemoveAt(RedoJournal::NameFor(*image_));
}

int OpenDisk::Read(const SegmentList& target, uint64_t offset) {
  std::lock_guard<std::mutex> lock(mutex_);
  return device_->Read(target, window_.start + offset);
}

int OpenDisk::Write(const SegmentList& source, uint64_t offset) {
  std::lock_guard<std::mutex> lock(mutex_);
  return device_->Write(source, window_.start + offset);
}

int OpenDisk::Flush() {
  std::lock_guard<std::mutex> lock(mutex_);
  return device_->Flush();
}

int OpenDisk::Discard(uint64_t offset, uint64_t length) {
  std::lock_guard<std::mutex> lock(mutex_);
  return device_->Discard(window_.start + offset, length);
}

int OpenDisk::WriteZeroes(uint64_t offset, uint64_t length, bool unmap) {
  std::lock_guard<std::mutex> lock(mutex_);
  return device_->WriteZeroes(window_.start + offset, length, unmap);
}

int OpenDisk::Punch(uint64_t offset, uint64_t length) {
  std::lock_guard<std::mutex> lock(mutex_);
  return device_->Punch(window_.start + offset, length);
}

bool OpenDisk::HostRange(uint64_t offset, uint64_t length, int* fd, uint64_t* host_offset) const {
  if (length > size() || offset > size() - length) return false;
  std::lock_guard<std::mutex> lock(mutex_);
  return device_->HostRange(window_.start + offset, length, fd, host_offset);
}

Failure OpenDisk::Finish() {
  RememberWrite(Flush());
  const int refused = -write_error();
  if (refused == 0) return {};
  return Failure::Errno(refused, "write", path_,
                        std::string("the host refused a write to the image: ") + strerror(refused));
}

}  // namespace kdisk
