// SPDX-License-Identifier: GPL-2.0-only
// CopyHostRange: any place and length, several threads, and what goes wrong.
#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "../tree/host_copy.h"
#include "check.h"

using namespace kdisk;

namespace {

std::vector<uint8_t> Pattern(size_t size) {
  std::vector<uint8_t> bytes(size);
  for (size_t i = 0; i < size; i++) bytes[i] = static_cast<uint8_t>(1 + i % 251 + (i >> 12));
  return bytes;
}

}  // namespace

TEST(HostCopyRanges) {
  kdisk_test::ScratchFile from, to;
  const std::vector<uint8_t> source = Pattern((10 << 20) + 777);
  from.Write(source);
  struct Range {
    uint64_t offset, at, size;
  };
  // Aligned and not; in one piece, in several, by two threads.
  const Range ranges[] = {{0, 0, 1},          {1, 5, 4096},           {4096, 8192, 65536},
                          {512, 1024, 600000}, {1536, 0, 5 << 20},     {0, 4096, source.size()},
                          {777, 3, 10 << 20}};
  for (const Range& range : ranges) {
    std::vector<uint8_t> expected(range.at + range.size + 10, 0xee);
    to.Write(expected);
    bool reading = true;
    const int64_t copied = CopyHostRange(from.fd(), range.offset, to.fd(), range.at, range.size, &reading);
    CHECK(copied == static_cast<int64_t>(range.size) && !reading);
    std::copy_n(source.begin() + static_cast<int64_t>(range.offset), range.size,
                expected.begin() + static_cast<int64_t>(range.at));
    CHECK(to.Read() == expected);
  }
  CHECK(from.Read() == source);
}

TEST(HostCopyFails) {
  kdisk_test::ScratchFile from, to;
  from.Write(Pattern(6 << 20));
  bool reading = false;
  CHECK(CopyHostRange(from.fd(), 0, to.fd(), 0, (6 << 20) + 1, &reading) == -EIO && reading);
  CHECK(CopyHostRange(from.fd(), 10 << 20, to.fd(), 0, 4096, &reading) == -EIO && reading);
  CHECK(CopyHostRange(-1, 0, to.fd(), 0, 6 << 20, &reading) == -EBADF && reading);
  CHECK(CopyHostRange(from.fd(), 0, -1, 0, 4096, &reading) == -EBADF && !reading);
  const int full = open("/dev/full", O_WRONLY);
  CHECK(full >= 0 && CopyHostRange(from.fd(), 0, full, 0, 6 << 20, &reading) == -ENOSPC && !reading);
}
