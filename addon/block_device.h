// SPDX-License-Identifier: GPL-2.0-only
// The one interface behind every disk: image files, overlays, and what may come (formats, remote images).
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "segments.h"

namespace kdisk {

// Offsets and sizes are bytes; callers stay inside size(). Results: 0 or a negative errno, never a part of a transfer.
// One thread at a time, but for OpenDisk.
class BlockDevice {
 public:
  virtual ~BlockDevice() = default;

  virtual int Read(const SegmentList& target, uint64_t offset) = 0;
  virtual int Write(const SegmentList& source, uint64_t offset) = 0;
  // Returns when all that was written is on stable storage.
  virtual int Flush() = 0;
  // A hint: the content of the range is not needed; what it reads as afterwards is open.
  virtual int Discard(uint64_t offset, uint64_t length) = 0;
  // Afterwards the range reads as zeroes. `unmap` allows to give its storage back.
  virtual int WriteZeroes(uint64_t offset, uint64_t length, bool unmap) = 0;
  // The same with the storage given back, or -EOPNOTSUPP where zeroes would have to be written.
  virtual int Punch(uint64_t offset, uint64_t length) {
    (void)offset, (void)length;
    return -EOPNOTSUPP;
  }
  // First byte from `offset` on that may be other than zero; size() if there is none.
  virtual uint64_t NextData(uint64_t offset) const { return offset; }

  // Whether the range can be read just as well from a file of the host, at *host_offset of *fd, for as long as the
  // device lives. False for what may change under the reader.
  virtual bool HostRange(uint64_t offset, uint64_t length, int* fd, uint64_t* host_offset) const {
    (void)offset, (void)length, (void)fd, (void)host_offset;
    return false;
  }

  virtual uint64_t size() const = 0;
  virtual bool read_only() const = 0;
  // Smallest unit of a request, and of a request that needs no read-modify-write. Powers of two from 512.
  virtual uint32_t logical_block_size() const { return 512; }
  virtual uint32_t physical_block_size() const { return logical_block_size(); }

  // The first error of a write or flush, which the kernel inside would only know as EIO. 0: none.
  int write_error() const { return write_error_; }
  // Hands the result through.
  int RememberWrite(int result) {
    int none = 0;
    if (result < 0) write_error_.compare_exchange_strong(none, result);
    return result;
  }

 private:
  std::atomic<int> write_error_{0};
};

}  // namespace kdisk
