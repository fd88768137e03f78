// SPDX-License-Identifier: GPL-2.0-only
// System calls of the kernel inside: see guest.h.
#include "guest.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kdisk {

using namespace linux_abi;

namespace {

// Below this, a transfer of its own costs more than the page cache does.
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

int64_t Guest::Write(uint64_t fd, const void* bytes, uint64_t size, uint64_t offset) const {
  const auto* from = static_cast<const uint8_t*>(bytes);
  for (uint64_t done = 0; done < size;) {
    const int64_t count = Call(kPwrite64, {fd, Address(from + done), size - done, offset + done});
    if (count < 0) return count;
    // No file system does that; without this, one that did would hang us.
    if (count == 0) return -EIO;
    done += static_cast<uint64_t>(count);
  }
  return static_cast<int64_t>(size);
}

int64_t Guest::WriteOnce(uint64_t fd, const void* bytes, uint64_t size, uint64_t offset) const {
  const auto* from = static_cast<const uint8_t*>(bytes);
  uint64_t done = 0;
  uint8_t* block = size >= kDirectMin && offset % kPageSize == 0 ? kernel_->Block() : nullptr;
  while (block && size - done >= kPageSize && done % kPageSize == 0) {
    const uint64_t whole = std::min<uint64_t>((size - done) & -kPageSize, LKL_BUFFER_MAX);
    memcpy(block, from + done, whole);
    const int64_t count = Call(LKL_REQUEST_WRITE_DIRECT, {fd, Address(block), whole, offset + done});
    // Put off to the ordinary write, a real error would be told at the end of all writing only.
    if (count < 0 && count != -EINVAL && count != -ENOSYS) return count;
    if (count <= 0) break;
    done += static_cast<uint64_t>(count);
  }
  if (done < size) {
    const int64_t rest = Write(fd, from + done, size - done, offset + done);
    if (rest < 0) return rest;
  }
  return static_cast<int64_t>(size);
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
