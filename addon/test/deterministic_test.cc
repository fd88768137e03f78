// SPDX-License-Identifier: GPL-2.0-only
// Clock and random numbers of a deterministic kernel, time that passes in requests only, discards that read as zeroes,
// and directories that are read in order.
#include "../deterministic.h"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "../kernel.h"
#include "../tree/host_tree.h"
#include "../tree/tree_reader.h"
#include "../virtio_blk.h"
#include "check.h"
#include "scratch_directory.h"

using namespace kdisk;
using kdisk_test::ScratchDirectory;

namespace {

// Requests of the fake kernel.
constexpr uint64_t kAdd = 1, kWait = 5, kSleep = 8;

// Full of ones; a discard leaves it as it is.
class Ones : public BlockDevice {
 public:
  int Read(const SegmentList&, uint64_t) override { return 0; }
  int Write(const SegmentList&, uint64_t) override { return 0; }
  int Flush() override { return 0; }
  int Discard(uint64_t, uint64_t) override { return 0; }
  int WriteZeroes(uint64_t offset, uint64_t length, bool unmap) override {
    unmapped = unmap;
    bytes.replace(offset, length, length, '\0');
    return 0;
  }
  uint64_t size() const override { return bytes.size(); }
  bool read_only() const override { return false; }

  std::string bytes = std::string(8192, '\xff');
  bool unmapped = false;
};

// A discard of 512 bytes at sector 1, as a driver sends it; gives the status.
uint8_t DiscardSector(VirtioBlk* device) {
  uint8_t request[16] = {11};
  uint8_t range[16] = {1, 0, 0, 0, 0, 0, 0, 0, 1};
  uint8_t status = 0xff;
  Chain chain;
  chain.valid = true;
  chain.readable.Add(request, sizeof(request));
  chain.readable.Add(range, sizeof(range));
  chain.writable.Add(&status, sizeof(status));
  device->Handle(&chain);
  return status;
}

}  // namespace

// RFC 8439, appendix A.1, test vectors 1 and 2, and what follows from the counter of 64 bits.
TEST(RandomNumbersAreThoseOfChaCha20) {
  Deterministic source(DeterministicStart{});
  const uint8_t first[] = {0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90,
                           0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28};
  const uint8_t second[] = {0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a,
                            0x98, 0xba, 0x97, 0x7c, 0x73, 0x2d, 0x08, 0x0d};
  uint8_t got[128];
  // In pieces that do not fit the blocks.
  for (size_t at = 0; at < sizeof(got); at += 32) source.Random(got + at, 32);
  CHECK(memcmp(got, first, sizeof(first)) == 0);
  CHECK(memcmp(got + 64, second, sizeof(second)) == 0);
}

TEST(AnotherSeedGivesOtherNumbers) {
  DeterministicStart start;
  start.seed[31] = 1;
  uint8_t one[16], other[16];
  Deterministic(DeterministicStart{}).Random(one, sizeof(one));
  Deterministic(start).Random(other, sizeof(other));
  CHECK(memcmp(one, other, sizeof(one)) != 0);
}

TEST(DeterministicTimePassesInRequestsOnly) {
  Kernel kernel;
  BootOptions options;
  options.image = KDISK_FAKE_KERNEL;
  options.memory = 8 << 20;
  options.deterministic.emplace();
  CHECK(kernel.Boot(options).ok());
  CHECK(kernel.deterministic() && *kernel.deterministic() == *options.deterministic);
  // A minute of the kernel's.
  const uint64_t start = Host::Monotonic();
  CHECK(kernel.Syscall(-1, kSleep, {UINT64_C(60000000000)}) == 6);
  CHECK(Host::Monotonic() - start < UINT64_C(5000000000));
  CHECK(kernel.Syscall(-1, kAdd, {1, 2}) == 3);
  CHECK(kernel.NextDue() == UINT64_MAX);
  // What no clock and no device ends is a hang, at once.
  CHECK(kernel.Syscall(-1, kWait, {}) == Kernel::kDead);
  CHECK(Host::Monotonic() - start < UINT64_C(5000000000));
}

TEST(DiscardedBlocksReadAsZeroesWhereThatMatters) {
  const auto disk = std::make_shared<Ones>();
  VirtioBlk device(disk, "test");
  CHECK(DiscardSector(&device) == 0 && disk->bytes == std::string(8192, '\xff'));
  device.MakeDeterministic();
  CHECK(DiscardSector(&device) == 0 && disk->unmapped);
  CHECK(disk->bytes == std::string(512, '\xff') + std::string(512, '\0') + std::string(7168, '\xff'));
}

TEST(SortedReaderTellsNamesInOrder) {
  const ScratchDirectory scratch;
  const std::string names[] = {"b", "a", "\xff", "B", "a b", "aa"};
  for (const std::string& name : names) close(open(scratch.path(name).c_str(), O_CREAT | O_WRONLY, 0600));
  // More than one call gives.
  for (int i = 0; i < 3000; i++) {
    close(open(scratch.path("c" + std::to_string(i * 7919 % 3000)).c_str(), O_CREAT | O_WRONLY, 0600));
  }
  const bool attributes = setxattr(scratch.path("b").c_str(), "user.b", "", 0, 0) == 0 &&
                          setxattr(scratch.path("b").c_str(), "user.a", "", 0, 0) == 0;
  HostTree tree([](const NodeId&) { return false; });
  ReadOptions options;
  options.recursive = options.sorted = options.xattrs = true;
  const Filter filter({}, {});
  BufferPool buffers(2, 2);
  CopyReport report;
  TreeReader reader(&tree, options, filter, &buffers, &report);
  reader.Start(scratch.path(), "");
  std::vector<std::string> told;
  Event event;
  while (reader.Next(&event)) {
    if (event.kind == Event::Kind::kFile) told.push_back(event.name);
    if (!attributes || event.name != "b") continue;
    CHECK(event.metadata->xattrs.size() >= 2);
    for (size_t i = 1; i < event.metadata->xattrs.size(); i++) {
      CHECK(event.metadata->xattrs[i - 1].name < event.metadata->xattrs[i].name);
    }
  }
  CHECK(told.size() == 3006);
  CHECK(told[0] == "B" && told[1] == "a" && told[2] == "a b" && told[3] == "aa" && told.back() == "\xff");
  for (size_t i = 1; i < told.size(); i++) CHECK(told[i - 1] < told[i]);
}
