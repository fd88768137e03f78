// SPDX-License-Identifier: GPL-2.0-only
// The kernel's memory on Linux: see memory.h.
#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace kdisk {

namespace {

constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kAlignment = 2 * kMiB;
constexpr uint64_t kMinimumVmalloc = 1024 * kMiB;
constexpr uint64_t kPage = 4096;
// What boot and a first mount touch of RAM beyond the image (measured: 4.5 MiB), in whole huge pages.
constexpr uint64_t kBootBytes = 6 * kMiB;

}  // namespace

std::unique_ptr<Memory> Memory::Create(uint64_t ram_size, Failure* failure, uint64_t wish) {
  if (ram_size == 0 || ram_size % (4 * kMiB) != 0 || ram_size > (UINT64_C(1) << 40)) {
    *failure = Failure::Errno(EINVAL, "boot", {}, "memory must be a multiple of 4 MiB");
    return nullptr;
  }
  std::unique_ptr<Memory> memory(new Memory);
  memory->ram_size_ = ram_size;
  memory->vmalloc_size_ = std::max(kMinimumVmalloc, 4 * ram_size);

  // One reservation for both, aligned by hand; pages without access cost nothing until they are mapped.
  memory->reserved_size_ = kAlignment + memory->ram_size_ + memory->vmalloc_size_;
  void* reserved = mmap(reinterpret_cast<void*>(wish), memory->reserved_size_, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) {
    *failure = Failure::Errno(errno, "mmap");
    return nullptr;
  }
  memory->reserved_ = static_cast<uint8_t*>(reserved);
  const uint64_t skew = -reinterpret_cast<uint64_t>(reserved) & (kAlignment - 1);
  memory->ram_ = memory->reserved_ + skew;
  memory->vmalloc_ = memory->ram_ + memory->ram_size_;

  memory->fd_ = memfd_create("kdisk-ram", MFD_CLOEXEC);
  if (memory->fd_ < 0 || ftruncate(memory->fd_, static_cast<off_t>(ram_size)) != 0) {
    *failure = Failure::Errno(errno, "memfd_create");
    return nullptr;
  }
  if (mmap(memory->ram_, ram_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory->fd_, 0) == MAP_FAILED) {
    *failure = Failure::Errno(errno, "mmap");
    return nullptr;
  }
  // One fault for 512 pages, where the host allows it for shared memory; the boot touches pages all over RAM.
  madvise(memory->ram_, ram_size, MADV_HUGEPAGE);
  return memory;
}

Memory::~Memory() {
  if (reserved_) munmap(reserved_, reserved_size_);
  if (fd_ >= 0) close(fd_);
}

bool Memory::InVmalloc(const void* address, uint64_t length) const {
  const auto* start = static_cast<const uint8_t*>(address);
  return start >= vmalloc_ && length <= vmalloc_size_ &&
         static_cast<uint64_t>(start - vmalloc_) <= vmalloc_size_ - length;
}

void Memory::SetPrivate(uint64_t image_size) {
  const uint64_t huge = (image_size + kAlignment - 1) & -kAlignment;
  private_end_ = image_size;
  if (huge + kBootBytes <= ram_size_) {
    void* mapped = mmap(ram_ + image_size, huge + kBootBytes - image_size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (mapped != MAP_FAILED) {
      private_end_ = huge + kBootBytes;
      madvise(ram_ + huge, kBootBytes, MADV_HUGEPAGE);
    }
  }
  moved_.assign(private_end_ / kPage, false);
}

bool Memory::MakeShared(uint64_t ram_offset, uint64_t length) {
  const uint64_t end = std::min(ram_offset + length, private_end_);
  for (uint64_t at = ram_offset, run; at < end; at = run + kPage) {
    for (run = at; run < end && !moved_[run / kPage]; run += kPage) moved_[run / kPage] = true;
    if (run == at) continue;
    const uint64_t size = run - at;
    const off_t offset = static_cast<off_t>(at);
    if (pwrite(fd_, ram_ + at, size, offset) != static_cast<ssize_t>(size) ||
        mmap(ram_ + at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd_, offset) == MAP_FAILED) {
      return false;
    }
  }
  return true;
}

int Memory::Alias(void* address, uint64_t ram_offset, uint64_t length) {
  if (!InVmalloc(address, length) || length > ram_size_ || ram_offset > ram_size_ - length ||
      !MakeShared(ram_offset, length)) {
    return -ENOMEM;
  }
  void* mapped = mmap(address, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd_,
                      static_cast<off_t>(ram_offset));
  return mapped == MAP_FAILED ? -ENOMEM : 0;
}

int Memory::Unalias(void* address, uint64_t length) {
  if (!InVmalloc(address, length)) return -ENOMEM;
  void* mapped = mmap(address, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  return mapped == MAP_FAILED ? -ENOMEM : 0;
}

}  // namespace kdisk
