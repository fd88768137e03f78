// SPDX-License-Identifier: GPL-2.0-only
// An image that is open, as the disk that tools and the kernel see: file, overlay if there is one, part that is shown.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "block_device.h"
#include "failure.h"
#include "image_file.h"
#include "overlay.h"

namespace kdisk {

enum class AttachMode { kOverlay, kReadOnly, kReadWrite };

// Part of an image that is a disk of its own: a partition. Bytes, multiples of 512.
struct DiskWindow {
  uint64_t start = 0;
  uint64_t size = 0;
};

struct CommitOptions {
  // Go on without a journal where none can be kept beside the image; else that is a failure, ERR_NO_REDO.
  bool unsafe = false;
  // Bytes done of `total`: each that differs is counted when it is noted and when it is written.
  std::function<void(uint64_t done, uint64_t total)> progress;
};

struct CommitResult {
  // Bytes of the image that were written.
  uint64_t bytes = 0;
  // Whether a journal stood beside the image meanwhile, so that an interruption would not have left it half changed.
  bool journal = false;
};

// Any thread at any time: a tool in its worker and the kernel's thread take turns, request by request.
class OpenDisk : public BlockDevice {
 public:
  // Null, and *failure filled, as by ImageFile::Open; EINVAL for a window that is not inside the image. A journal that
  // an interrupted Commit has left is carried out first: in the image if it is opened for writing, else in memory.
  static std::shared_ptr<OpenDisk> Open(const std::string& path, AttachMode mode,
                                        const std::optional<DiskWindow>& window, Failure* failure);

  int Read(const SegmentList& target, uint64_t offset) override;
  int Write(const SegmentList& source, uint64_t offset) override;
  int Flush() override;
  int Discard(uint64_t offset, uint64_t length) override;
  int WriteZeroes(uint64_t offset, uint64_t length, bool unmap) override;
  int Punch(uint64_t offset, uint64_t length) override;
  bool HostRange(uint64_t offset, uint64_t length, int* fd, uint64_t* host_offset) const override;
  uint64_t size() const override { return window_.size; }
  bool read_only() const override { return device_->read_only(); }
  uint32_t logical_block_size() const override { return device_->logical_block_size(); }
  uint32_t physical_block_size() const override { return device_->physical_block_size(); }

  struct Range {
    uint64_t offset;
    uint64_t length;
  };
  // What an overlay changes of this disk, sorted, no two of them adjacent. EINVAL: it is no overlay.
  Failure Changes(std::vector<Range>* ranges) const;
  // Writes what an overlay changes to the image, all of it or, whatever happens, nothing: see RedoJournal. The image
  // is open and locked for writing from then on.
  Failure Commit(const CommitOptions& options, CommitResult* result);
  // Flushes what was written; a write that the host refused at any time since Open is a failure here.
  Failure Finish();

  const std::string& path() const { return path_; }
  const FileIdentity& identity() const { return identity_; }
  // Whether Open has met such a journal.
  bool redone() const { return redone_; }
  // Whether the kernel has it; engine thread only.
  bool attached() const { return attached_; }
  void set_attached(bool attached) { attached_ = attached; }

 private:
  OpenDisk(std::string path, const FileIdentity& identity) : path_(std::move(path)), identity_(identity) {}
  Failure SetUp(std::unique_ptr<ImageFile> image, AttachMode mode);
  Failure NoOverlay(const char* syscall) const;
  Failure OpenForCommit();

  const std::string path_;
  const FileIdentity identity_;
  bool attached_ = false;
  bool redone_ = false;
  DiskWindow window_;
  mutable std::mutex mutex_;
  std::unique_ptr<BlockDevice> device_;
  // The layers of device_: the file, and above it perhaps an overlay.
  ImageFile* image_ = nullptr;
  Overlay* overlay_ = nullptr;
};

}  // namespace kdisk
