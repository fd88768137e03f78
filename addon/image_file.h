// SPDX-License-Identifier: GPL-2.0-only
// A raw image: a regular file or a block device of the host.
#pragma once

#include <ctime>
#include <memory>
#include <string>

#include "block_device.h"
#include "failure.h"

namespace kdisk {

// Which file it is, whatever its name.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  bool operator==(const FileIdentity& other) const { return device == other.device && inode == other.inode; }
};

class ImageFile : public BlockDevice {
 public:
  // Null, and *failure filled, when it cannot be opened, is neither a file nor a block device (EISDIR, EINVAL), is
  // smaller than a sector (EINVAL), or is in use by another writer (EBUSY): two kernels on one image destroy it.
  static std::unique_ptr<ImageFile> Open(const std::string& path, bool writable, Failure* failure);
  // The same image for writing: EBUSY while others have it open, ESTALE if its file was written to meanwhile. This
  // one's own lock makes way for the new one's.
  std::unique_ptr<ImageFile> OpenForWriting(const std::string& path, Failure* failure);
  ~ImageFile() override;
  ImageFile(const ImageFile&) = delete;
  ImageFile& operator=(const ImageFile&) = delete;

  int Read(const SegmentList& target, uint64_t offset) override;
  int Write(const SegmentList& source, uint64_t offset) override;
  int Flush() override;
  int Discard(uint64_t offset, uint64_t length) override;
  int WriteZeroes(uint64_t offset, uint64_t length, bool unmap) override;
  int Punch(uint64_t offset, uint64_t length) override;
  uint64_t NextData(uint64_t offset) const override;
  bool HostRange(uint64_t offset, uint64_t length, int* fd, uint64_t* host_offset) const override;
  uint64_t size() const override { return size_; }
  bool read_only() const override { return !writable_; }
  uint32_t logical_block_size() const override { return logical_block_size_; }
  uint32_t physical_block_size() const override { return physical_block_size_; }
  const FileIdentity& identity() const { return identity_; }
  int fd() const { return fd_; }
  // Room on the host for a range that will be written; what it reads as does not change. 0 where that is unknown.
  int Reserve(uint64_t offset, uint64_t length);

 private:
  ImageFile(int fd, bool writable) : fd_(fd), writable_(writable) {}
  Failure Inspect(const std::string& path);
  Failure InspectBlockDevice(const std::string& path);
  int Lock();
  int WriteZeroBytes(uint64_t offset, uint64_t length);

  int fd_;
  bool writable_;
  bool is_block_device_ = false;
  // fdatasync failed: what the host dropped then it would not report again, so neither may we say "flushed" again.
  int flush_error_ = 0;
  uint64_t size_ = 0;
  FileIdentity identity_;
  timespec modified_ = {};
  uint32_t logical_block_size_ = 512;
  uint32_t physical_block_size_ = 512;
};

}  // namespace kdisk
