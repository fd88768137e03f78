// SPDX-License-Identifier: GPL-2.0-only
// Image files and the overlay against a plain array.
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "../image_file.h"
#include "../overlay.h"
#include "check.h"

using namespace kdisk;

namespace {

SegmentList Whole(std::vector<uint8_t>& bytes) {
  SegmentList list;
  list.Add(bytes.data(), bytes.size());
  return list;
}

std::vector<uint8_t> Pattern(size_t size) {
  std::vector<uint8_t> bytes(size);
  for (size_t i = 0; i < size; i++) bytes[i] = static_cast<uint8_t>(i * 7 + (i >> 9));
  return bytes;
}

int OpenError(const std::string& path, bool writable) {
  Failure failure;
  CHECK(!ImageFile::Open(path, writable, &failure));
  CHECK(failure.path == path);
  return failure.error;
}

uint32_t Random() {
  static uint32_t state = 42;
  state = state * 1664525 + 1013904223;
  return state >> 8;
}

}  // namespace

TEST(ImageRefuses) {
  CHECK(OpenError("/nonexistent", false) == ENOENT);
  CHECK(OpenError("/tmp", false) == EISDIR);
  CHECK(OpenError("/dev/null", false) == EINVAL);
  kdisk_test::ScratchFile file;
  CHECK(OpenError(file.path(), false) == EINVAL);
  file.Write(std::vector<uint8_t>(511));
  CHECK(OpenError(file.path(), false) == EINVAL);
  const std::string fifo = file.path() + ".fifo";
  CHECK(mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(OpenError(fifo, false) == EINVAL);
  CHECK(OpenError(fifo, true) == EINVAL);
  unlink(fifo.c_str());
}

TEST(ImageReadsAndWrites) {
  kdisk_test::ScratchFile file;
  std::vector<uint8_t> expected = Pattern(10000);
  file.Write(expected);
  Failure failure;
  auto image = ImageFile::Open(file.path(), true, &failure);
  CHECK(image && image->size() == 9728 && !image->read_only());
  std::vector<uint8_t> a(512), b(1024);
  SegmentList list;
  list.Add(b.data(), b.size());
  list.Add(a.data(), a.size());
  CHECK(image->Read(list, 512) == 0);
  CHECK(memcmp(b.data(), &expected[512], 1024) == 0 && memcmp(a.data(), &expected[1536], 512) == 0);
  memset(a.data(), 1, 512);
  CHECK(image->Write(Whole(a), 1024) == 0 && image->Flush() == 0);
  memset(&expected[1024], 1, 512);
  CHECK(image->WriteZeroes(4096, 512, true) == 0 && image->WriteZeroes(5120, 512, false) == 0);
  memset(&expected[4096], 0, 512);
  memset(&expected[5120], 0, 512);
  CHECK(image->Discard(8192, 512) == 0);
  memset(&expected[8192], 0, 512);
  // The bytes behind the last whole sector stay.
  CHECK(file.Read() == expected);
}

TEST(ImageHostRange) {
  kdisk_test::ScratchFile file;
  file.Write(Pattern(8192));
  Failure failure;
  int fd = -1;
  uint64_t place = 0;
  {
    auto image = ImageFile::Open(file.path(), false, &failure);
    CHECK(image && image->HostRange(512, 7680, &fd, &place) && fd >= 0 && place == 512);
    CHECK(!image->HostRange(512, 7681, &fd, &place) && !image->HostRange(UINT64_MAX - 1, 4, &fd, &place));
  }
  auto image = ImageFile::Open(file.path(), true, &failure);
  CHECK(image && !image->HostRange(512, 512, &fd, &place));
}

TEST(ImageRemembersFirstWriteError) {
  kdisk_test::ScratchFile file;
  file.Write(Pattern(8192));
  Failure failure;
  auto image = ImageFile::Open(file.path(), true, &failure);
  CHECK(image && image->write_error() == 0);
  CHECK(image->RememberWrite(0) == 0 && image->write_error() == 0);
  CHECK(image->RememberWrite(-ENOSPC) == -ENOSPC && image->RememberWrite(-EIO) == -EIO);
  CHECK(image->RememberWrite(0) == 0 && image->write_error() == -ENOSPC);
}

TEST(ImageManySegments) {
  kdisk_test::ScratchFile file;
  const std::vector<uint8_t> expected = Pattern(1 << 20);
  file.Write(expected);
  Failure failure;
  auto image = ImageFile::Open(file.path(), false, &failure);
  CHECK(image);
  // More pieces than one preadv takes, none next to another.
  std::vector<uint8_t> bytes(2 << 20);
  SegmentList list;
  for (size_t i = 0; i < 1024; i++) list.Add(&bytes[i * 2048], 1024);
  CHECK(list.count() == 1024 && image->Read(list, 0) == 0);
  for (size_t i = 0; i < 1024; i++) CHECK(memcmp(&bytes[i * 2048], &expected[i * 1024], 1024) == 0);
  CHECK(image->Write(list, 0) == -EROFS);
}

TEST(ImageShrunk) {
  kdisk_test::ScratchFile file;
  file.Write(Pattern(8192));
  Failure failure;
  auto image = ImageFile::Open(file.path(), false, &failure);
  CHECK(image && ftruncate(file.fd(), 1024) == 0);
  std::vector<uint8_t> bytes(4096);
  CHECK(image->Read(Whole(bytes), 0) == -EIO);
}

TEST(ImageLocked) {
  kdisk_test::ScratchFile file;
  file.Write(Pattern(8192));
  Failure failure;
  auto reader = ImageFile::Open(file.path(), false, &failure);
  auto second = ImageFile::Open(file.path(), false, &failure);
  CHECK(reader && second);
  CHECK(OpenError(file.path(), true) == EBUSY);
  reader.reset();
  second.reset();
  auto writer = ImageFile::Open(file.path(), true, &failure);
  CHECK(writer && OpenError(file.path(), false) == EBUSY);
}

TEST(OverlayRandom) {
  // Not a multiple of the overlay's block, nor of its groups.
  constexpr size_t kSize = (1 << 20) + 1536;
  kdisk_test::ScratchFile file;
  const std::vector<uint8_t> base = Pattern(kSize);
  file.Write(base);
  Failure failure;
  auto overlay = Overlay::Create(ImageFile::Open(file.path(), false, &failure), &failure);
  CHECK(overlay && overlay->size() == kSize && !overlay->read_only());
  std::vector<uint8_t> expected = base;
  int fd = -1, untouched = 0;
  uint64_t place = 0;
  for (int i = 0; i < 4000; i++) {
    const uint64_t offset = Random() % (kSize / 512) * 512;
    const uint64_t length = std::min<uint64_t>((1 + Random() % 40) * 512, kSize - offset);
    std::vector<uint8_t> bytes(length, static_cast<uint8_t>(i));
    const uint32_t what = Random() % 8;
    if (what == 0) {
      CHECK(overlay->WriteZeroes(offset, length, true) == 0);
      memset(&expected[offset], 0, length);
    } else if (what < 4) {
      SegmentList list;
      list.Add(bytes.data(), 100);
      list.Add(bytes.data() + 100, length - 100);
      CHECK(overlay->Write(list, offset) == 0);
      memcpy(&expected[offset], bytes.data(), length);
    } else {
      CHECK(overlay->Read(Whole(bytes), offset) == 0);
      CHECK(memcmp(bytes.data(), &expected[offset], length) == 0);
      // What the host is said to hold as well, it holds.
      if (overlay->HostRange(offset, length, &fd, &place)) {
        untouched++;
        CHECK(pread(fd, bytes.data(), length, static_cast<off_t>(place)) == static_cast<ssize_t>(length));
        CHECK(memcmp(bytes.data(), &expected[offset], length) == 0);
      }
    }
    if (what < 4) CHECK(!overlay->HostRange(offset, length, &fd, &place));
  }
  CHECK(untouched > 10);
  CHECK(overlay->Discard(0, kSize) == 0);
  CHECK(file.Read() == base);
}

TEST(OverlayHuge) {
  kdisk_test::ScratchFile file;
  constexpr uint64_t kSize = UINT64_C(8) << 40;
  if (ftruncate(file.fd(), static_cast<off_t>(kSize)) != 0) return;
  Failure failure;
  auto overlay = Overlay::Create(ImageFile::Open(file.path(), false, &failure), &failure);
  CHECK(overlay);
  std::vector<uint8_t> bytes(8192, 9), back(8192);
  for (uint64_t offset = 4608; offset < kSize - 8192; offset += kSize / 7) {
    CHECK(overlay->Write(Whole(bytes), offset) == 0);
    CHECK(overlay->Read(Whole(back), offset) == 0 && back == bytes);
  }
  CHECK(overlay->Discard(0, UINT64_C(1) << 30) == 0);
}
