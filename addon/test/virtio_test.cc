// SPDX-License-Identifier: GPL-2.0-only
// The virtio device driven by hand: a good driver, then one that breaks every rule.
#include <cstring>

#include "../virtio_blk.h"
#include "../virtio_mmio.h"
#include "check.h"

using namespace kdisk;

namespace {

constexpr uint64_t kRam = 1 << 20, kStart = 0x400000;
constexpr uint32_t kQueue = 16;
constexpr uint64_t kDescriptors = 0, kAvailable = 0x1000, kUsed = 0x2000, kHeader = 0x3000, kStatus = 0x3100,
                   kIndirect = 0x4000, kBuffer = 0x10000;
constexpr uint16_t kNext = 1, kWrite = 2, kIsIndirect = 4;

// 64 KiB in memory.
class MemoryDisk : public BlockDevice {
 public:
  explicit MemoryDisk(bool read_only) : read_only_(read_only), bytes(65536) {
    for (size_t i = 0; i < bytes.size(); i++) bytes[i] = static_cast<uint8_t>(i / 512);
  }
  int Read(const SegmentList& list, uint64_t offset) override {
    CHECK(offset + list.bytes() <= bytes.size());
    list.CopyFrom(&bytes[offset % bytes.size()], list.bytes());
    return 0;
  }
  int Write(const SegmentList& list, uint64_t offset) override {
    CHECK(!read_only_ && offset + list.bytes() <= bytes.size());
    list.CopyTo(&bytes[offset % bytes.size()], list.bytes());
    return 0;
  }
  int Flush() override { return 0; }
  int Discard(uint64_t offset, uint64_t length) override {
    CHECK(!read_only_ && offset + length <= bytes.size());
    return 0;
  }
  int WriteZeroes(uint64_t offset, uint64_t length, bool) override {
    CHECK(!read_only_ && offset + length <= bytes.size());
    memset(&bytes[offset % bytes.size()], 0, length);
    return 0;
  }
  uint64_t size() const override { return bytes.size(); }
  bool read_only() const override { return read_only_; }

 private:
  const bool read_only_;

 public:
  std::vector<uint8_t> bytes;
};

struct Descriptor {
  uint64_t address;
  uint32_t length;
  uint16_t flags;
  uint16_t next;
};

struct Driver {
  std::shared_ptr<MemoryDisk> disk;
  // On the heap at its exact size, so that the address sanitizer sees a step outside.
  std::vector<uint8_t> ram = std::vector<uint8_t>(kRam);
  int interrupts = 0;
  VirtioMmio device;

  explicit Driver(bool read_only = false)
      : disk(std::make_shared<MemoryDisk>(read_only)),
        device(std::make_unique<VirtioBlk>(disk, "serial"), {ram.data(), kRam, kStart}, [this] { interrupts++; }) {
    Start();
  }

  void Set(uint32_t offset, uint32_t value) { device.Write(offset, 4, value); }
  uint32_t Get(uint32_t offset) { return device.Read(offset, 4); }
  void Set64(uint32_t offset, uint64_t value) {
    Set(offset, static_cast<uint32_t>(value));
    Set(offset + 4, static_cast<uint32_t>(value >> 32));
  }

  void Start() {
    Set(0x70, 0);
    memset(ram.data(), 0, ram.size());
    Set(0x70, 3);
    Set(0x24, 1);
    Set(0x20, 1);
    Set(0x24, 0);
    Set(0x20, 1 << 28);
    Set(0x70, 11);
    CHECK(Get(0x70) == 11);
    Set(0x30, 0);
    Set(0x38, kQueue);
    Set64(0x80, kStart + kDescriptors);
    Set64(0x90, kStart + kAvailable);
    Set64(0xa0, kStart + kUsed);
    Set(0x44, 1);
    CHECK(Get(0x44) == 1);
    Set(0x70, 15);
  }
  bool broken() { return Get(0x70) & 64; }

  template <typename T>
  void Put(uint64_t offset, const T& value) {
    memcpy(&ram[offset], &value, sizeof(value));
  }
  template <typename T>
  T At(uint64_t offset) {
    T value;
    memcpy(&value, &ram[offset], sizeof(value));
    return value;
  }
  void Describe(uint16_t index, const Descriptor& descriptor, uint64_t table = kDescriptors) {
    Put(table + 16 * index, descriptor);
  }
  void Header(uint32_t type, uint64_t sector) {
    Put(kHeader, type);
    Put<uint32_t>(kHeader + 4, 0);
    Put(kHeader + 8, sector);
    Put<uint8_t>(kStatus, 0xff);
  }
  // Offers a chain and says how many bytes the device wrote.
  uint32_t Go(uint16_t head = 0) {
    const auto index = At<uint16_t>(kAvailable + 2);
    Put(kAvailable + 4 + 2 * (index % kQueue), head);
    Put<uint16_t>(kAvailable + 2, static_cast<uint16_t>(index + 1));
    Set(0x50, 0);
    return At<uint32_t>(kUsed + 4 + 8 * (index % kQueue) + 4);
  }
  // Header, one data descriptor, status.
  uint8_t Simple(uint32_t type, uint64_t sector, uint32_t length, uint16_t data_flags) {
    Header(type, sector);
    Describe(0, {kStart + kHeader, 16, kNext, 1});
    Describe(1, {kStart + kBuffer, length, static_cast<uint16_t>(data_flags | kNext), 2});
    Describe(2, {kStart + kStatus, 1, kWrite, 0});
    Go();
    return At<uint8_t>(kStatus);
  }
};

}  // namespace

TEST(VirtioRegisters) {
  Driver driver;
  CHECK(driver.Get(0) == 0x74726976 && driver.Get(4) == 2 && driver.Get(8) == 2);
  CHECK(driver.Get(0x34) == VirtQueue::kMaxSize);
  CHECK(driver.Get(0x100) == 128 && driver.Get(0x104) == 0);
  CHECK(driver.Get(0x10c) == 254 && driver.device.Read(0x114, 2) == 512);
  driver.Set(0x14, 0);
  CHECK((driver.Get(0x10) & (1 << 5)) == 0 && (driver.Get(0x10) & (1 << 9)) != 0);
  CHECK(Driver(true).Get(0x10) & (1 << 5));
  // A queue that does not exist, and features that were not offered.
  driver.Set(0x30, 1);
  CHECK(driver.Get(0x34) == 0 && driver.Get(0x44) == 0);
  driver.Set(0x70, 0);
  driver.Set(0x24, 0);
  driver.Set(0x20, UINT32_MAX);
  driver.Set(0x70, 11);
  CHECK(driver.Get(0x70) == 3);
}

TEST(VirtioRequests) {
  Driver driver;
  CHECK(driver.Simple(0, 3, 1024, kWrite) == 0);
  CHECK(driver.ram[kBuffer] == 3 && driver.ram[kBuffer + 512] == 4 && driver.interrupts == 1);
  CHECK(driver.Get(0x60) == 1);
  driver.Set(0x64, 1);
  CHECK(driver.Get(0x60) == 0);
  memset(&driver.ram[kBuffer], 77, 1024);
  CHECK(driver.Simple(1, 5, 1024, 0) == 0 && driver.disk->bytes[5 * 512] == 77 && driver.disk->bytes[7 * 512] == 7);
  CHECK(driver.Simple(4, 0, 0, 0) == 0);
  CHECK(driver.Simple(8, 0, 20, kWrite) == 0 && strcmp(reinterpret_cast<char*>(&driver.ram[kBuffer]), "serial") == 0);
  CHECK(driver.Simple(99, 0, 512, 0) == 2);
  const struct {
    uint64_t sector;
    uint32_t sectors, flags;
  } range = {2, 3, 1};
  driver.Put(kBuffer, range);
  CHECK(driver.Simple(13, 0, 16, 0) == 0 && driver.disk->bytes[2 * 512] == 0 && driver.disk->bytes[5 * 512] == 77);
  CHECK(driver.Simple(11, 0, 16, 0) == 2);
  driver.Put<uint32_t>(kBuffer + 12, 0);
  CHECK(driver.Simple(11, 0, 16, 0) == 0);
  // No interrupt where the driver wants none.
  const int before = driver.interrupts;
  driver.Put<uint16_t>(kAvailable, 1);
  CHECK(driver.Simple(4, 0, 0, 0) == 0 && driver.interrupts == before);
}

TEST(VirtioOutOfRange) {
  Driver driver;
  CHECK(driver.Simple(0, 127, 1024, kWrite) == 1);
  CHECK(driver.Simple(0, UINT64_MAX, 512, kWrite) == 1);
  CHECK(driver.Simple(0, UINT64_MAX / 512, 1024, kWrite) == 1);
  CHECK(driver.Simple(1, 128, 512, 0) == 1);
  CHECK(driver.Simple(0, 0, 100, kWrite) == 1);
  CHECK(driver.Simple(13, 0, 15, 0) == 1 && driver.Simple(13, 0, 32, 0) == 1);
  for (uint32_t sectors : {129u, 1u << 21, UINT32_MAX}) {
    driver.Put<uint64_t>(kBuffer, 0);
    driver.Put<uint32_t>(kBuffer + 8, sectors);
    driver.Put<uint32_t>(kBuffer + 12, 0);
    CHECK(driver.Simple(13, 0, 16, 0) == 1 && driver.Simple(11, 0, 16, 0) == 1);
  }
  CHECK(!driver.broken());
  Driver read_only(true);
  CHECK(read_only.Simple(1, 0, 512, 0) == 1 && read_only.Simple(13, 0, 16, 0) == 1);
  CHECK(read_only.Simple(0, 0, 512, kWrite) == 0);
}

TEST(VirtioMalformedChains) {
  Driver driver;
  // Loop.
  driver.Header(0, 0);
  driver.Describe(0, {kStart + kHeader, 16, kNext, 1});
  driver.Describe(1, {kStart + kBuffer, 512, kNext | kWrite, 1});
  driver.Go();
  // Next descriptor outside of the table.
  driver.Describe(1, {kStart + kBuffer, 512, kNext | kWrite, 999});
  driver.Go();
  // Addresses outside of RAM, and sums that overflow.
  for (uint64_t address : {uint64_t{0}, kStart - 1, kStart + kRam, kStart + kRam - 511, UINT64_MAX - 100}) {
    CHECK(driver.Simple(0, 0, 512, kWrite) == 0);
    driver.Header(0, 0);
    driver.Describe(1, {address, 512, kNext | kWrite, 2});
    CHECK(driver.Go() <= 1);
  }
  // Readable after writable; no status; header too short.
  CHECK(driver.Simple(0, 0, 512, kWrite) == 0);
  driver.Describe(2, {kStart + kStatus, 1, 0, 0});
  driver.Go();
  driver.Describe(0, {kStart + kHeader, 16, 0, 0});
  CHECK(driver.Go() == 0);
  driver.Describe(0, {kStart + kHeader, 15, kNext, 2});
  driver.Describe(2, {kStart + kStatus, 1, kWrite, 0});
  driver.Header(0, 0);
  driver.Go();
  CHECK(driver.At<uint8_t>(kStatus) == 1);
  CHECK(!driver.broken() && driver.Simple(0, 1, 512, kWrite) == 0);
}

TEST(VirtioIndirect) {
  Driver driver;
  driver.Header(0, 9);
  driver.Describe(0, {kStart + kHeader, 16, kNext, 1}, kIndirect);
  driver.Describe(1, {kStart + kBuffer, 512, kNext | kWrite, 2}, kIndirect);
  driver.Describe(2, {kStart + kStatus, 1, kWrite, 0}, kIndirect);
  driver.Describe(0, {kStart + kIndirect, 48, kIsIndirect, 0});
  CHECK(driver.Go() == 513 && driver.At<uint8_t>(kStatus) == 0 && driver.ram[kBuffer] == 9);
  // A table that is empty, cut, outside of RAM or far too long; a table in a table; a table with a successor.
  for (uint32_t length : {0u, 47u, 1u << 19, UINT32_MAX}) {
    driver.Describe(0, {kStart + kIndirect, length, kIsIndirect, 0});
    CHECK(driver.Go() == 0);
  }
  driver.Describe(0, {kStart + kRam - 16, 48, kIsIndirect, 0});
  CHECK(driver.Go() == 0);
  driver.Describe(0, {kStart + kIndirect, 48, kIsIndirect | kNext, 1});
  CHECK(driver.Go() == 0);
  driver.Describe(0, {kStart + kIndirect, 48, kIsIndirect, 0}, kIndirect);
  driver.Describe(0, {kStart + kIndirect, 48, kIsIndirect, 0});
  CHECK(driver.Go() == 0);
  CHECK(!driver.broken());
}

TEST(VirtioBrokenRing) {
  Driver driver;
  driver.Put<uint16_t>(kAvailable + 2, kQueue + 1);
  driver.Set(0x50, 0);
  CHECK(driver.broken() && driver.interrupts == 1);
  driver.Start();
  CHECK(!driver.broken() && driver.Simple(0, 0, 512, kWrite) == 0);
  driver.Go(kQueue);
  CHECK(driver.broken());
  // Rings outside of RAM, out of line, or of a strange size.
  const auto refuses = [&driver](uint32_t size, uint64_t descriptors, uint64_t available, uint64_t used) {
    driver.Start();
    driver.Set(0x44, 0);
    driver.Set(0x38, size);
    driver.Set64(0x80, descriptors);
    driver.Set64(0x90, available);
    driver.Set64(0xa0, used);
    driver.Set(0x44, 1);
    driver.Set(0x50, 0);
    return driver.Get(0x44) == 0 && driver.broken();
  };
  CHECK(refuses(0, kStart, kStart + kAvailable, kStart + kUsed));
  CHECK(refuses(15, kStart, kStart + kAvailable, kStart + kUsed));
  CHECK(refuses(512, kStart, kStart + kAvailable, kStart + kUsed));
  CHECK(refuses(16, 0, kStart + kAvailable, kStart + kUsed));
  CHECK(refuses(16, kStart + 8, kStart + kAvailable, kStart + kUsed));
  CHECK(refuses(16, kStart, kStart + kRam - 4, kStart + kUsed));
  CHECK(refuses(16, kStart, kStart + kAvailable, UINT64_MAX - 3));
}

// Random bytes in everything the guest controls: nothing may leave RAM or the disk (see MemoryDisk and the sanitizer).
TEST(VirtioFuzz) {
  Driver driver;
  uint32_t state = 7;
  const auto random = [&state] {
    state = state * 1664525 + 1013904223;
    return state >> 8;
  };
  for (int round = 0; round < 20000; round++) {
    if (driver.broken()) driver.Start();
    driver.Header(random() % 16, random() % 3 ? random() % 140 : uint64_t{random()} << 40);
    for (uint16_t i = 0; i < kQueue; i++) {
      for (const uint64_t table : {kDescriptors, kIndirect}) {
        const uint64_t address = random() % 8 ? kStart + random() % kRam : uint64_t{random()} << (random() % 40);
        const uint32_t length = random() % 8 ? random() % 2048 / 16 * 16 : random() << (random() % 8);
        const auto flags = static_cast<uint16_t>(random() % 8 ? random() % 4 : random());
        driver.Describe(i, {address, length, flags, static_cast<uint16_t>(random() % (kQueue + 1))}, table);
      }
    }
    driver.Describe(0, {kStart + kHeader, 16, kNext, static_cast<uint16_t>(random() % kQueue)});
    if (random() % 2) driver.Describe(0, {kStart + kIndirect, 16 * (random() % 20), kIsIndirect, 0});
    driver.Go(static_cast<uint16_t>(random() % 64 ? random() % 2 : random()));
    if (random() % 100 == 0) driver.Set(random() % 0x200 & ~3u, random());
    if (random() % 100 == 0) driver.Start();
  }
}
