// SPDX-License-Identifier: GPL-2.0-only
// Loader of the kernel ELF: see elf_loader.h. Segments are mapped, not read: the page cache of the host is the image.
#include "elf_loader.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace kdisk {

namespace {

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
constexpr uint32_t kRelative = R_X86_64_RELATIVE;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
constexpr uint32_t kRelative = R_AARCH64_RELATIVE;
#else
#error "the kernel is built for x86-64 and aarch64"
#endif

// Tags of packed relative relocations, newer than many hosts' elf.h.
constexpr Elf64_Sxword kDtRelr = 36, kDtRelrSize = 35, kDtRelrEntry = 37;

constexpr size_t kHeaderBytes = 4096;

uint64_t Nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000 + static_cast<uint64_t>(now.tv_nsec);
}

class Loader {
 public:
  Loader(const std::string& path, uint8_t* ram, uint64_t ram_size)
      : path_(path), ram_(ram), ram_size_(ram_size), page_(static_cast<uint64_t>(sysconf(_SC_PAGESIZE))) {}
  ~Loader() {
    if (fd_ >= 0) close(fd_);
  }

  Failure Load(ElfImage* image) {
    const uint64_t start = Nanoseconds();
    Failure failure = ReadHeaders();
    for (size_t i = 0; i < segments_.size() && failure.ok(); i++) failure = MapSegment(segments_[i]);
    const uint64_t mapped = Nanoseconds();
    if (failure.ok()) failure = Relocate();
    if (!failure.ok()) return failure;
    if (!InImage(entry_, 1)) return Bad("its entry point lies outside the image");
    image->size = RoundUp(end_);
    image->file_backed = mapped_end_;
    image->entry = entry_;
    image->map_ns = mapped - start;
    image->relocate_ns = Nanoseconds() - mapped;
    return {};
  }

 private:
  Failure Bad(const std::string& why) const {
    return Failure::Errno(ENOEXEC, "boot", path_, "not a kernel that can be loaded: " + why);
  }
  uint64_t RoundDown(uint64_t value) const { return value & ~(page_ - 1); }
  uint64_t RoundUp(uint64_t value) const { return (value + page_ - 1) & ~(page_ - 1); }
  bool InImage(uint64_t address, uint64_t size) const { return size <= end_ && address <= end_ - size; }
  // Inside one segment's bytes from the file.
  bool InFilePart(uint64_t address, uint64_t size) const {
    for (const Elf64_Phdr& s : segments_) {
      if (address >= s.p_vaddr && size <= s.p_filesz && address - s.p_vaddr <= s.p_filesz - size) return true;
    }
    return false;
  }

  Failure ReadHeaders() {
    fd_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) return Failure::Errno(errno, "open", path_);
    struct stat status;
    if (fstat(fd_, &status) != 0) return Failure::Errno(errno, "fstat", path_);
    if (S_ISDIR(status.st_mode)) return Failure::Errno(EISDIR, "open", path_);
    file_size_ = static_cast<uint64_t>(status.st_size);

    alignas(8) uint8_t bytes[kHeaderBytes];
    const ssize_t count = pread(fd_, bytes, sizeof(bytes), 0);
    if (count < 0) return Failure::Errno(errno, "read", path_);
    Elf64_Ehdr header;
    if (static_cast<size_t>(count) < sizeof(header)) return Bad("the file is truncated");
    memcpy(&header, bytes, sizeof(header));
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return Bad("it is no ELF file");
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) {
      return Bad("it is not 64-bit little-endian");
    }
    if (header.e_machine != kMachine) {
      return Bad("it is for another CPU (ELF machine " + std::to_string(header.e_machine) + ", this host is " +
                 std::to_string(kMachine) + ")");
    }
    if (header.e_type != ET_DYN) return Bad("it is not position-independent (ET_DYN)");
    if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff > static_cast<uint64_t>(count) ||
        header.e_phnum * sizeof(Elf64_Phdr) > static_cast<uint64_t>(count) - header.e_phoff) {
      return Bad("the file is truncated or its program headers are not at its start");
    }
    entry_ = header.e_entry;
    for (size_t i = 0; i < header.e_phnum; i++) {
      Elf64_Phdr segment;
      memcpy(&segment, bytes + header.e_phoff + i * sizeof(segment), sizeof(segment));
      Failure failure = NoteSegment(segment);
      if (!failure.ok()) return failure;
    }
    if (segments_.empty()) return Bad("it has nothing to load");
    return {};
  }

  Failure NoteSegment(const Elf64_Phdr& segment) {
    if (segment.p_type == PT_DYNAMIC) dynamic_ = segment;
    if (segment.p_type == PT_TLS) return Bad("it has thread-local storage");
    if (segment.p_type == PT_INTERP) return Bad("it asks for a dynamic linker");
    if (segment.p_type != PT_LOAD || segment.p_memsz == 0) return {};
    if (segment.p_offset > file_size_ || segment.p_filesz > file_size_ - segment.p_offset) {
      return Bad("the file is truncated");
    }
    if (segment.p_filesz > segment.p_memsz) return Bad("a segment is larger in the file than in memory");
    if (segment.p_memsz > ram_size_ || segment.p_vaddr > ram_size_ - segment.p_memsz) {
      return Bad("it does not fit into the kernel's memory");
    }
    if (segment.p_vaddr % page_ != segment.p_offset % page_) return Bad("a segment is not aligned to pages");
    if (segments_.empty() ? RoundDown(segment.p_vaddr) != 0 : RoundDown(segment.p_vaddr) < RoundUp(end_)) {
      return Bad("segments do not start at 0, overlap, or share a page");
    }
    if (segment.p_flags & PF_X && segment.p_memsz != segment.p_filesz) return Bad("a text segment has .bss");
    end_ = segment.p_vaddr + segment.p_memsz;
    segments_.push_back(segment);
    return {};
  }

  Failure MapSegment(const Elf64_Phdr& segment) {
    if (segment.p_filesz == 0) return {};
    const uint64_t start = RoundDown(segment.p_vaddr);
    const uint64_t file_end = segment.p_vaddr + segment.p_filesz;
    const bool text = segment.p_flags & PF_X;
    void* mapped = mmap(ram_ + start, file_end - start, PROT_READ | (text ? PROT_EXEC : PROT_WRITE),
                        MAP_PRIVATE | MAP_FIXED, fd_, static_cast<off_t>(RoundDown(segment.p_offset)));
    if (mapped == MAP_FAILED) return Failure::Errno(errno, "mmap", path_);
    mapped_end_ = RoundUp(file_end);
    // The last page holds what comes next in the file; .bss, which may begin in it, is zero.
    if (!text) memset(ram_ + file_end, 0, mapped_end_ - file_end);
    return {};
  }

  Failure Relocate() {
    if (dynamic_.p_type != PT_DYNAMIC) return {};
    if (!InFilePart(dynamic_.p_vaddr, dynamic_.p_filesz)) return Bad("its dynamic section lies outside the image");
    uint64_t rela = 0, rela_size = 0, relr = 0, relr_size = 0;
    for (uint64_t at = 0; at + sizeof(Elf64_Dyn) <= dynamic_.p_filesz; at += sizeof(Elf64_Dyn)) {
      Elf64_Dyn entry;
      memcpy(&entry, ram_ + dynamic_.p_vaddr + at, sizeof(entry));
      if (entry.d_tag == DT_NULL) break;
      switch (entry.d_tag) {
        case DT_RELA: rela = entry.d_un.d_ptr; break;
        case DT_RELASZ: rela_size = entry.d_un.d_val; break;
        case kDtRelr: relr = entry.d_un.d_ptr; break;
        case kDtRelrSize: relr_size = entry.d_un.d_val; break;
        case DT_RELAENT:
          if (entry.d_un.d_val != sizeof(Elf64_Rela)) return Bad("its relocations have an unknown size");
          break;
        case kDtRelrEntry:
          if (entry.d_un.d_val != sizeof(uint64_t)) return Bad("its relocations have an unknown size");
          break;
        case DT_REL:
        case DT_JMPREL:
        case DT_TEXTREL: return Bad("it has relocations other than relative ones");
        case DT_NEEDED: return Bad("it needs a shared library");
      }
    }
    Failure failure = ApplyRela(rela, rela_size);
    return failure.ok() ? ApplyRelr(relr, relr_size) : failure;
  }

  // Targets must be in segments that are writable now; relocations come sorted, so the last segment is tried first.
  bool Writable(uint64_t address) {
    if (address % 8 == 0 && address >= target_start_ && address < target_end_) return true;
    for (const Elf64_Phdr& s : segments_) {
      if ((s.p_flags & PF_X) || s.p_memsz < 8) continue;
      if (address >= s.p_vaddr && address - s.p_vaddr <= s.p_memsz - 8) {
        target_start_ = s.p_vaddr;
        target_end_ = s.p_vaddr + s.p_memsz - 7;
        return true;
      }
    }
    return false;
  }

  Failure ApplyRela(uint64_t table, uint64_t size) {
    if (size == 0) return {};
    if (size % sizeof(Elf64_Rela) != 0 || table % 8 != 0 || !InFilePart(table, size)) {
      return Bad("its relocation table lies outside the image");
    }
    const uint64_t base = reinterpret_cast<uint64_t>(ram_);
    const auto* entry = reinterpret_cast<const Elf64_Rela*>(ram_ + table);
    const auto* end = reinterpret_cast<const Elf64_Rela*>(ram_ + table + size);
    for (; entry < end; entry++) {
      if (entry->r_info != kRelative) {
        return Bad("it has a relocation of type " + std::to_string(ELF64_R_TYPE(entry->r_info)) +
                   ", only relative ones are known");
      }
      if (!Writable(entry->r_offset)) return Bad("a relocation lies outside the data");
      const uint64_t value = base + static_cast<uint64_t>(entry->r_addend);
      memcpy(ram_ + entry->r_offset, &value, sizeof(value));
    }
    return {};
  }

  // Packed relative relocations: an address, then bitmaps of which of the following 63 words are relocated too.
  Failure ApplyRelr(uint64_t table, uint64_t size) {
    if (size == 0) return {};
    if (size % 8 != 0 || table % 8 != 0 || !InFilePart(table, size)) {
      return Bad("its relocation table lies outside the image");
    }
    const auto* entry = reinterpret_cast<const uint64_t*>(ram_ + table);
    uint64_t where = 0;
    for (const uint64_t* end = entry + size / 8; entry < end; entry++) {
      uint64_t bits = *entry >> 1;
      if ((*entry & 1) == 0) {
        if (!AddBase(*entry)) return Bad("a relocation lies outside the data");
        where = *entry + 8;
        continue;
      }
      for (uint64_t at = where; bits != 0; bits >>= 1, at += 8) {
        if ((bits & 1) && !AddBase(at)) return Bad("a relocation lies outside the data");
      }
      where += 63 * 8;
    }
    return {};
  }

  bool AddBase(uint64_t address) {
    if (!Writable(address)) return false;
    uint64_t value;
    memcpy(&value, ram_ + address, sizeof(value));
    value += reinterpret_cast<uint64_t>(ram_);
    memcpy(ram_ + address, &value, sizeof(value));
    return true;
  }

  const std::string path_;
  uint8_t* const ram_;
  const uint64_t ram_size_;
  const uint64_t page_;
  int fd_ = -1;
  uint64_t file_size_ = 0;
  uint64_t entry_ = 0;
  uint64_t end_ = 0;
  uint64_t mapped_end_ = 0;
  uint64_t target_start_ = 0, target_end_ = 0;
  Elf64_Phdr dynamic_ = {};
  std::vector<Elf64_Phdr> segments_;
};

}  // namespace

Failure LoadElf(const std::string& path, uint8_t* ram, uint64_t ram_size, ElfImage* image) {
  return Loader(path, ram, ram_size).Load(image);
}

}  // namespace kdisk
