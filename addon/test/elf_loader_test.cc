// SPDX-License-Identifier: GPL-2.0-only
// The loader against a small ELF made by hand, whole and damaged.
#include "../elf_loader.h"

#include <elf.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "check.h"

namespace {

constexpr uint64_t kRamSize = 4 << 20;
constexpr uint64_t kData = 0x2000, kBss = 0x2100, kEnd = 0x6008;
#if defined(__x86_64__)
constexpr uint32_t kRelative = R_X86_64_RELATIVE;
constexpr Elf64_Half kMachine = EM_X86_64, kOtherMachine = EM_AARCH64;
#else
constexpr uint32_t kRelative = R_AARCH64_RELATIVE;
constexpr Elf64_Half kMachine = EM_AARCH64, kOtherMachine = EM_X86_64;
#endif

// One page of text, then data: the dynamic section at 0x2000, relocations at 0x2060, relr at 0x20a0, words from 0x20c0.
struct TestElf {
  Elf64_Ehdr header = {};
  Elf64_Phdr segments[3] = {};
  Elf64_Dyn dynamic[6] = {};
  Elf64_Rela relocations[2] = {};
  uint64_t relr[2] = {};
  uint64_t words[6] = {};
  std::vector<uint8_t> trailer = std::vector<uint8_t>(64, 0xee);

  TestElf() {
    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_DYN;
    header.e_machine = kMachine;
    header.e_entry = 0x1000;
    header.e_phoff = sizeof(header);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 3;
    segments[0] = {PT_LOAD, PF_R | PF_X, 0, 0, 0, 0x1010, 0x1010, 0x1000};
    segments[1] = {PT_LOAD, PF_R | PF_W, kData, kData, kData, kBss - kData, kEnd - kData, 0x1000};
    segments[2] = {PT_DYNAMIC, PF_R | PF_W, kData, kData, kData, sizeof(dynamic), sizeof(dynamic), 8};
    dynamic[0] = {DT_RELA, {0x2060}};
    dynamic[1] = {DT_RELASZ, {sizeof(relocations)}};
    dynamic[2] = {DT_RELAENT, {sizeof(Elf64_Rela)}};
    dynamic[3] = {36, {0x20a0}};
    dynamic[4] = {35, {sizeof(relr)}};
    relocations[0] = {0x20c0, kRelative, 0x1234};
    relocations[1] = {0x20c8, kRelative, 0x5678};
    // 0x20d0, then of the words after it the first and the third.
    relr[0] = 0x20d0;
    relr[1] = 1 | 1 << 1 | 1 << 3;
    words[2] = 1;
    words[3] = 2;
    words[4] = 3;
    words[5] = 4;
  }

  std::vector<uint8_t> Bytes() const {
    std::vector<uint8_t> bytes(kBss + trailer.size());
    memcpy(&bytes[0], &header, sizeof(header));
    memcpy(&bytes[sizeof(header)], segments, sizeof(segments));
    memset(&bytes[0x1000], 0xc3, 0x10);
    memcpy(&bytes[kData], dynamic, sizeof(dynamic));
    memcpy(&bytes[0x2060], relocations, sizeof(relocations));
    memcpy(&bytes[0x20a0], relr, sizeof(relr));
    memcpy(&bytes[0x20c0], words, sizeof(words));
    memcpy(&bytes[kBss], trailer.data(), trailer.size());
    return bytes;
  }
};

uint8_t* MapRam() {
  return static_cast<uint8_t*>(mmap(nullptr, kRamSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

std::string LoadBytes(const std::vector<uint8_t>& bytes) {
  kdisk_test::ScratchFile file;
  file.Write(bytes);
  kdisk::ElfImage image;
  uint8_t* ram = MapRam();
  const kdisk::Failure failure = kdisk::LoadElf(file.path(), ram, kRamSize, &image);
  munmap(ram, kRamSize);
  CHECK(failure.ok() || failure.error == ENOEXEC);
  return failure.ok() ? "loaded" : failure.message;
}

uint64_t Word(const uint8_t* ram, uint64_t offset) {
  uint64_t value;
  memcpy(&value, ram + offset, sizeof(value));
  return value;
}

}  // namespace

TEST(ElfGood) {
  kdisk_test::ScratchFile file;
  file.Write(TestElf().Bytes());
  kdisk::ElfImage image;
  uint8_t* ram = MapRam();
  CHECK(kdisk::LoadElf(file.path(), ram, kRamSize, &image).ok());
  CHECK(image.size == 0x7000 && image.file_backed == 0x3000 && image.entry == 0x1000);
  const auto base = reinterpret_cast<uint64_t>(ram);
  CHECK(Word(ram, 0x20c0) == base + 0x1234 && Word(ram, 0x20c8) == base + 0x5678);
  CHECK(Word(ram, 0x20d0) == base + 1 && Word(ram, 0x20d8) == base + 2 && Word(ram, 0x20e0) == 3);
  CHECK(Word(ram, 0x20e8) == base + 4);
  // What follows the data in the file is not in .bss.
  for (uint64_t at = kBss; at < 0x7000; at++) CHECK(ram[at] == 0);
  CHECK(ram[0x1000] == 0xc3);
  ram[0x6000] = 1;
}

TEST(ElfTruncated) {
  const std::vector<uint8_t> whole = TestElf().Bytes();
  CHECK(LoadBytes(whole) == "loaded");
  for (size_t size : {size_t{0}, size_t{3}, size_t{63}, size_t{100}, size_t{0x1008}, size_t{0x20ff}}) {
    const std::vector<uint8_t> start(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_CONTAINS(LoadBytes(start), "truncated");
  }
}

TEST(ElfWrongKind) {
  TestElf elf;
  elf.header.e_machine = kOtherMachine;
  CHECK_CONTAINS(LoadBytes(elf.Bytes()), "another CPU");
  elf = TestElf();
  elf.header.e_type = ET_EXEC;
  CHECK_CONTAINS(LoadBytes(elf.Bytes()), "position-independent");
  elf = TestElf();
  elf.header.e_ident[0] = 'x';
  CHECK_CONTAINS(LoadBytes(elf.Bytes()), "no ELF");
  elf = TestElf();
  elf.header.e_entry = kEnd;
  CHECK_CONTAINS(LoadBytes(elf.Bytes()), "entry point");
  elf = TestElf();
  elf.dynamic[4].d_tag = DT_NEEDED;
  CHECK_CONTAINS(LoadBytes(elf.Bytes()), "shared library");
}

TEST(ElfBadSegments) {
  TestElf elf;
  elf.segments[1].p_memsz = kRamSize;
  CHECK_CONTAINS(LoadBytes(elf.Bytes()), "does not fit");
  elf = TestElf();
  elf.segments[1].p_memsz = UINT64_MAX;
  CHECK_CONTAINS(LoadBytes(elf.Bytes()), "does not fit");
  elf = TestElf();
  elf.segments[1].p_vaddr = 0x1000;
  elf.segments[1].p_offset = 0x1000;
  CHECK_CONTAINS(LoadBytes(elf.Bytes()), "share a page");
  elf = TestElf();
  elf.segments[1].p_vaddr += 8;
  CHECK_CONTAINS(LoadBytes(elf.Bytes()), "aligned");
  elf = TestElf();
  elf.segments[2].p_vaddr = kEnd - 8;
  CHECK_CONTAINS(LoadBytes(elf.Bytes()), "dynamic section");
}

TEST(ElfBadRelocations) {
  TestElf elf;
  elf.relocations[1].r_info = ELF64_R_INFO(0, 1);
  CHECK_CONTAINS(LoadBytes(elf.Bytes()), "type 1");
  elf = TestElf();
  elf.relocations[1].r_info = ELF64_R_INFO(7, kRelative);
  CHECK_CONTAINS(LoadBytes(elf.Bytes()), "only relative");
  for (uint64_t target : {uint64_t{0x1000}, kEnd - 7, kEnd, UINT64_MAX - 3}) {
    elf = TestElf();
    elf.relocations[1].r_offset = target;
    CHECK_CONTAINS(LoadBytes(elf.Bytes()), "outside the data");
    elf = TestElf();
    elf.relr[0] = target & ~UINT64_C(1);
    CHECK_CONTAINS(LoadBytes(elf.Bytes()), "outside the data");
  }
  elf = TestElf();
  elf.dynamic[1].d_un.d_val = 0x10000 / 24 * 24;
  CHECK_CONTAINS(LoadBytes(elf.Bytes()), "relocation table");
}

TEST(ElfNotAFile) {
  kdisk::ElfImage image;
  uint8_t* ram = MapRam();
  CHECK(kdisk::LoadElf("/nonexistent", ram, kRamSize, &image).error == ENOENT);
  CHECK(kdisk::LoadElf("/tmp", ram, kRamSize, &image).error == EISDIR);
}

// Any damage is refused or harmless, never a crash of the loader.
TEST(ElfFuzz) {
  const std::vector<uint8_t> whole = TestElf().Bytes();
  uint32_t random = 1;
  for (int i = 0; i < 3000; i++) {
    std::vector<uint8_t> bytes = whole;
    for (int j = 0; j < 3; j++) {
      random = random * 1664525 + 1013904223;
      const size_t area = (random >> 8) % 3 == 0 ? 0x2000 : 0;
      bytes[area + (random >> 12) % 0xe8] = static_cast<uint8_t>(random >> 24);
    }
    LoadBytes(bytes);
  }
}
