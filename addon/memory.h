// SPDX-License-Identifier: GPL-2.0-only
// The kernel's memory: RAM, and an address range in which parts of RAM are shown a second time (vmalloc).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "failure.h"

namespace kdisk {

class Memory {
 public:
  // `ram_size` is a multiple of 4 MiB. `wish` is where it should lie, if nothing does yet; 0: anywhere.
  static std::unique_ptr<Memory> Create(uint64_t ram_size, Failure* failure, uint64_t wish = 0);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  uint8_t* ram() const { return ram_; }
  uint64_t ram_size() const { return ram_size_; }
  uint8_t* vmalloc() const { return vmalloc_; }
  uint64_t vmalloc_size() const { return vmalloc_size_; }

  // The first `image_size` bytes of RAM are private pages of the kernel's file from now on. What follows, which the
  // boot fills, becomes anonymous huge pages: a handful of page faults instead of a thousand.
  // Neither can be mapped twice, so Alias moves such pages into the shared object first.
  void SetPrivate(uint64_t image_size);
  // 0 or -ENOMEM.
  int Alias(void* address, uint64_t ram_offset, uint64_t length);
  int Unalias(void* address, uint64_t length);

 private:
  Memory() = default;
  bool MakeShared(uint64_t ram_offset, uint64_t length);
  bool InVmalloc(const void* address, uint64_t length) const;

  // The object behind RAM, shared so that it can be mapped more than once.
  int fd_ = -1;
  uint8_t* reserved_ = nullptr;
  uint64_t reserved_size_ = 0;
  uint8_t* ram_ = nullptr;
  uint64_t ram_size_ = 0;
  uint8_t* vmalloc_ = nullptr;
  uint64_t vmalloc_size_ = 0;
  uint64_t private_end_ = 0;
  // One for each page below private_end_: whether it has moved into the shared object.
  std::vector<bool> moved_;
};

}  // namespace kdisk
