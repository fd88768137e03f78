// SPDX-License-Identifier: GPL-2.0-only
// From file to file: see host_copy.h.
#include "host_copy.h"

#include <linux/fs.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <system_error>
#include <thread>

#include "host_call.h"

namespace kdisk {

namespace {

// Fits the CPU's cache twice.
constexpr uint64_t kPiece = 512 * 1024;
// Below this a second thread does not pay.
constexpr uint64_t kParallelMin = 4 << 20;
// What host file systems share is whole blocks; the end of a file of another size is copied.
constexpr uint64_t kShareUnit = 4096;

struct Transfer {
  int from;
  uint64_t offset;
  int to;
  uint64_t at;
  uint64_t size;
  std::atomic<uint64_t> next{0};
  // Of any thread; 0: none.
  std::atomic<int> error{0};
  std::atomic<bool> reading{false};
};

// One of the threads: takes piece after piece.
void Work(Transfer* transfer) {
  const std::unique_ptr<uint8_t[]> buffer(new uint8_t[std::min(kPiece, transfer->size)]);
  while (transfer->error.load(std::memory_order_relaxed) == 0) {
    const uint64_t done = transfer->next.fetch_add(kPiece, std::memory_order_relaxed);
    if (done >= transfer->size) return;
    const uint64_t size = std::min(kPiece, transfer->size - done);
    int64_t result = host::ReadAll(transfer->from, buffer.get(), size, transfer->offset + done);
    if (result >= 0 && static_cast<uint64_t>(result) < size) result = -EIO;
    if (result < 0) transfer->reading = true;
    if (result >= 0) result = host::WriteAll(transfer->to, buffer.get(), size, transfer->at + done);
    int none = 0;
    if (result < 0) transfer->error.compare_exchange_strong(none, static_cast<int>(-result));
  }
}

bool Share(int from, uint64_t offset, int to, uint64_t at, uint64_t size) {
  file_clone_range range = {};
  range.src_fd = from;
  range.src_offset = offset;
  range.src_length = size;
  range.dest_offset = at;
  return ioctl(to, FICLONERANGE, &range) == 0;
}

}  // namespace

int64_t CopyHostRange(int from, uint64_t offset, int to, uint64_t at, uint64_t size, bool* reading) {
  const uint64_t whole = size & -kShareUnit;
  const uint64_t shared = whole > 0 && Share(from, offset, to, at, whole) ? whole : 0;
  Transfer transfer{from, offset + shared, to, at + shared, size - shared};
  std::thread second;
  if (transfer.size >= kParallelMin) {
    try {
      second = std::thread(Work, &transfer);
    } catch (const std::system_error&) {
      // One thread does it too.
    }
  }
  Work(&transfer);
  if (second.joinable()) second.join();
  *reading = transfer.reading.load();
  const int error = transfer.error.load();
  return error != 0 ? -error : static_cast<int64_t>(size);
}

}  // namespace kdisk
