// SPDX-License-Identifier: GPL-2.0-only
// Open disks: windows, two threads at once, what an overlay says it changes, and how that gets into the image.
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "../open_disk.h"
#include "../open_disks.h"
#include "check.h"

using namespace kdisk;

namespace {

using Bytes = std::vector<uint8_t>;

SegmentList Whole(Bytes& bytes) {
  SegmentList list;
  list.Add(bytes.data(), bytes.size());
  return list;
}

Bytes Pattern(size_t size) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; i++) bytes[i] = static_cast<uint8_t>(i * 11 + (i >> 10));
  return bytes;
}

std::shared_ptr<OpenDisk> Open(const std::string& path, AttachMode mode, std::optional<DiskWindow> window = {}) {
  Failure failure;
  auto disk = OpenDisk::Open(path, mode, window, &failure);
  CHECK(disk && failure.ok());
  return disk;
}

int OpenError(const std::string& path, std::optional<DiskWindow> window) {
  Failure failure;
  CHECK(!OpenDisk::Open(path, AttachMode::kOverlay, window, &failure));
  CHECK(failure.path == path && !failure.message.empty());
  return failure.error;
}

std::vector<OpenDisk::Range> Changes(const OpenDisk& disk) {
  std::vector<OpenDisk::Range> ranges;
  CHECK(disk.Changes(&ranges).ok());
  return ranges;
}

int64_t BlocksOf(const std::string& path) {
  struct stat status;
  CHECK(stat(path.c_str(), &status) == 0);
  return status.st_blocks;
}

}  // namespace

TEST(OpenDiskWindow) {
  kdisk_test::ScratchFile file;
  Bytes expected = Pattern(64 << 10);
  file.Write(expected);
  CHECK(OpenError(file.path(), DiskWindow{100, 512}) == EINVAL);
  CHECK(OpenError(file.path(), DiskWindow{512, 100}) == EINVAL);
  CHECK(OpenError(file.path(), DiskWindow{512, 0}) == EINVAL);
  CHECK(OpenError(file.path(), DiskWindow{512, 64 << 10}) == EINVAL);
  CHECK(OpenError(file.path(), DiskWindow{~UINT64_C(511), 1024}) == EINVAL);
  auto disk = Open(file.path(), AttachMode::kReadWrite, DiskWindow{1536, 8192});
  CHECK(disk->size() == 8192 && !disk->read_only());
  Bytes bytes(1024);
  CHECK(disk->Read(Whole(bytes), 512) == 0 && memcmp(bytes.data(), &expected[2048], 1024) == 0);
  memset(bytes.data(), 7, bytes.size());
  CHECK(disk->Write(Whole(bytes), 7168) == 0 && disk->Punch(0, 100) == 0 && disk->WriteZeroes(200, 100, false) == 0);
  CHECK(disk->Finish().ok());
  memset(&expected[1536 + 7168], 7, 1024);
  memset(&expected[1536], 0, 100);
  memset(&expected[1536 + 200], 0, 100);
  CHECK(file.Read() == expected);
}

TEST(OpenDiskThreads) {
  kdisk_test::ScratchFile file;
  file.Write(Bytes(1 << 20));
  auto disk = Open(file.path(), AttachMode::kOverlay);
  // Each thread has every other sector, so that blocks and presence words are shared.
  const auto work = [&disk](size_t own) {
    Bytes bytes(512), back(512);
    for (size_t i = 0; i < 4000; i++) {
      const uint64_t offset = (i * 7 % 1024 * 2 + own) * 512;
      memset(bytes.data(), static_cast<int>(i + own), bytes.size());
      CHECK(disk->Write(Whole(bytes), offset) == 0);
      CHECK(disk->Read(Whole(back), offset) == 0 && back == bytes);
    }
  };
  std::thread other(work, 1);
  work(0);
  other.join();
}

TEST(OpenDisksByNumber) {
  kdisk_test::ScratchFile file;
  file.Write(Bytes(4096));
  OpenDisks& disks = OpenDisks::Instance();
  const uint32_t first = disks.Add(Open(file.path(), AttachMode::kReadOnly));
  CHECK(disks.Find(first) && !disks.Find(first + 1));
  disks.Remove(first);
  const uint32_t second = disks.Add(Open(file.path(), AttachMode::kReadOnly));
  CHECK(second != first && !disks.Find(first) && disks.Find(second));
}

TEST(OverlayChangesAreThose) {
  constexpr size_t kSize = (1 << 20) + 1536;
  kdisk_test::ScratchFile file;
  const Bytes base = Pattern(kSize);
  file.Write(base);
  auto disk = Open(file.path(), AttachMode::kOverlay, DiskWindow{4096, kSize - 4096});
  CHECK(Changes(*disk).empty());
  Bytes same(base.begin() + 8192, base.begin() + 8192 + 4096), other(100, 1);
  // Written, but with what was there.
  CHECK(disk->Write(Whole(same), 4096) == 0 && Changes(*disk).empty());
  CHECK(disk->Write(Whole(other), 20600) == 0);
  CHECK(disk->Punch(24576, 8192) == 0);
  CHECK(disk->Write(Whole(other), disk->size() - 100) == 0);
  const auto ranges = Changes(*disk);
  CHECK(ranges.size() == 2);
  CHECK(ranges[0].offset == 20480 && ranges[0].length == 12288);
  CHECK(ranges[1].offset == (1 << 20) - 4096 && ranges[1].length == 1536);
  std::vector<OpenDisk::Range> none;
  CHECK(Open(file.path(), AttachMode::kReadOnly)->Changes(&none).error == EINVAL);
}

TEST(OverlayCommit) {
  constexpr size_t kSize = 8 << 20;
  kdisk_test::ScratchFile file;
  Bytes expected = Pattern(kSize);
  file.Write(expected);
  auto disk = Open(file.path(), AttachMode::kOverlay);
  Bytes bytes(3000, 5);
  for (uint64_t offset = 777; offset < kSize - 3000; offset += 700000) {
    CHECK(disk->Write(Whole(bytes), offset) == 0);
    memcpy(&expected[offset], bytes.data(), bytes.size());
  }
  CHECK(disk->Punch(1 << 20, 2 << 20) == 0);
  memset(&expected[1 << 20], 0, 2 << 20);
  uint64_t done = 0, total = 0;
  CommitOptions options;
  options.progress = [&](uint64_t now, uint64_t all) {
    CHECK(now >= done && now <= all && (total == 0 || total == all));
    done = now, total = all;
  };
  CommitResult result;
  const int64_t before = BlocksOf(file.path());
  CHECK(disk->Commit(options, &result).ok());
  CHECK(result.journal && result.bytes > 0 && done == total && total == 2 * result.bytes);
  CHECK(file.Read() == expected);
  // What was discarded is a hole.
  CHECK(BlocksOf(file.path()) <= before - 2000);
  CHECK(Changes(*disk).empty());
  CHECK(access((file.path() + ".kdisk-redo").c_str(), F_OK) != 0);
  // And again, on the same disk.
  CHECK(disk->Write(Whole(bytes), 4 << 20) == 0 && disk->Commit({}, &result).ok() && result.bytes == 4096);
  memcpy(&expected[4 << 20], bytes.data(), bytes.size());
  CHECK(file.Read() == expected);
  CHECK(disk->Commit({}, &result).ok() && result.bytes == 0);
}

TEST(OverlayCommitRefuses) {
  kdisk_test::ScratchFile file;
  const Bytes base = Pattern(1 << 20);
  file.Write(base);
  Bytes bytes(512, 1);
  CommitResult result;
  CHECK(Open(file.path(), AttachMode::kReadOnly)->Commit({}, &result).error == EINVAL);
  auto disk = Open(file.path(), AttachMode::kOverlay);
  CHECK(disk->Write(Whole(bytes), 0) == 0);
  auto reader = Open(file.path(), AttachMode::kReadOnly);
  CHECK(disk->Commit({}, &result).error == EBUSY);
  reader.reset();
  // Its own lock is still there.
  Failure failure;
  CHECK(!OpenDisk::Open(file.path(), AttachMode::kReadWrite, {}, &failure) && failure.error == EBUSY);
  CHECK(file.Read() == base);
  const timespec later[2] = {{1, 0}, {1, 0}};
  CHECK(futimens(file.fd(), later) == 0);
  CHECK(disk->Commit({}, &result).error == ESTALE && file.Read() == base);
}

TEST(OverlayHugeTakesNoMemory) {
  kdisk_test::ScratchFile file;
  constexpr uint64_t kSize = UINT64_C(15) << 40;
  if (ftruncate(file.fd(), static_cast<off_t>(kSize)) != 0) return;
  auto disk = Open(file.path(), AttachMode::kOverlay);
  Bytes bytes(4096, 3);
  for (uint64_t i = 0; i < 50; i++) CHECK(disk->Write(Whole(bytes), i * (kSize / 51)) == 0);
  // All of it but a little: a presence bit for each block would be 480 MiB.
  CHECK(disk->Punch(4096, kSize - 8192) == 0);
  CHECK(disk->Write(Whole(bytes), kSize / 2) == 0);
  auto ranges = Changes(*disk);
  CHECK(ranges.size() == 2 && ranges[0].offset == 0 && ranges[1].offset == kSize / 2 && ranges[1].length == 4096);
  FILE* status = fopen("/proc/self/statm", "r");
  unsigned long pages = 0, resident = 0;
  CHECK(status && fscanf(status, "%lu %lu", &pages, &resident) == 2);
  fclose(status);
  CHECK(resident < 64 << 8);
  CommitResult result;
  CHECK(disk->Commit({}, &result).ok() && result.bytes == 8192 && result.journal);
  CHECK(BlocksOf(file.path()) < 1024);
}
