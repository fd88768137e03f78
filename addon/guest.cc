// SPDX-License-Identifier: GPL-2.0-only
// System calls of the kernel inside: see guest.h.
#include "guest.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kdisk {

using namespace linux_abi;

namespace {

// Below this, a read from the disk costs more than the page cache does.
constexpr uint64_t kDirectMin = 128 * 1024;

}  // namespace

int64_t Guest::ReadOnce(uint64_t fd, void* buffer, uint64_t size, uint64_t offset) const {
  if (size >= kDirectMin && offset % kPageSize == 0) {
    uint8_t* block = kernel_->Block();
    const uint64_t whole = std::min<uint64_t>(size & -kPageSize, LKL_BUFFER_MAX);
    const int64_t count = block ? Call(LKL_REQUEST_READ_DIRECT, {fd, Address(block), whole, offset}) : -EINVAL;
    if (count > 0) memcpy(buffer, block, static_cast<size_t>(count));
    // Anything but the data, a real error too, is the ordinary read's to say.
    if (count >= 0 || dead()) return count;
  }
  const int64_t count = Read(fd, buffer, size, offset);
  if (count > 0) Call(kFadvise64, {fd, offset, static_cast<uint64_t>(count), kFadvDontneed});
  return count;
}

int64_t Guest::ReadLink(uint64_t directory, const char* name, std::string* target) const {
  char buffer[kPathMax];
  const int64_t size = Call(kReadlinkat, {directory, Address(name), Address(buffer), sizeof(buffer)});
  target->assign(buffer, size > 0 ? static_cast<size_t>(size) : 0);
  return size;
}

int64_t Guest::ReadSmallFile(uint64_t directory, const char* name, std::string* content) const {
  content->clear();
  GuestFd file(*this, OpenAt(directory, name, kORdonly));
  if (file.get() < 0) return file.get();
  char buffer[kPathMax];
  const int64_t size = Read(file.fd(), buffer, sizeof(buffer), 0);
  if (size > 0) content->assign(buffer, static_cast<size_t>(size));
  return size;
}

bool EntryReader::Next(GuestEntry* entry) {
  while (at_ + kDirentName < end_) {
    Dirent64 record;
    memcpy(&record, at_, kDirentName);
    const size_t left = static_cast<size_t>(end_ - at_);
    if (record.length <= kDirentName || record.length > left) return false;
    entry->ino = record.ino;
    entry->type = record.type;
    entry->name = reinterpret_cast<const char*>(at_ + kDirentName);
    entry->name_size = strnlen(entry->name, record.length - kDirentName);
    const bool terminated = entry->name_size < record.length - kDirentName;
    at_ += record.length;
    if (!terminated) return false;
    if (strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0) return true;
  }
  return false;
}

}  // namespace kdisk
