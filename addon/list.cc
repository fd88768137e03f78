// SPDX-License-Identifier: GPL-2.0-only
// The list operation: see list.h.
#include "list.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace kdisk {

using namespace linux_abi;

namespace {

// A usual record of getdents64; the smallest buffer holds the longest name of any file system.
constexpr uint64_t kUsualEntry = 40, kSmallestBuffer = 2048, kLargestBuffer = 256 * 1024;

// Head of a record as index.d.ts has it.
struct Head {
  uint32_t length;
  uint32_t name_size;
  uint32_t link_size;
  int32_t error;
  uint64_t ino;
  uint8_t type;
  uint8_t zero[7];
};
static_assert(sizeof(Head) == 32, "layout of the records");

void Append(std::vector<uint8_t>* records, const void* bytes, size_t size) {
  const auto* from = static_cast<const uint8_t*>(bytes);
  records->insert(records->end(), from, from + size);
}

void AppendEntry(const Guest& guest, const ListOptions& options, const GuestEntry& entry,
                 std::vector<uint8_t>* records) {
  Head head = {};
  head.name_size = static_cast<uint32_t>(entry.name_size);
  head.ino = entry.ino;
  head.type = entry.type;
  Statx status = {};
  std::string link;
  if (options.stat) {
    const auto directory = static_cast<uint64_t>(options.fd);
    const int64_t result = guest.Stat(directory, entry.name, kAtSymlinkNofollow, &status);
    head.error = static_cast<int32_t>(std::min<int64_t>(result, 0));
    if (result >= 0 && (status.mode & kFormatMask) == kLink) guest.ReadLink(directory, entry.name, &link);
  }
  head.link_size = static_cast<uint32_t>(link.size());
  const size_t size = sizeof(head) + (options.stat ? sizeof(status) : 0) + entry.name_size + link.size();
  head.length = static_cast<uint32_t>((size + 7) & ~size_t{7});
  const size_t start = records->size();
  Append(records, &head, sizeof(head));
  if (options.stat) Append(records, &status, sizeof(status));
  Append(records, entry.name, entry.name_size);
  Append(records, link.data(), link.size());
  records->resize(start + head.length);
}

}  // namespace

std::vector<uint8_t> ListDirectory(const Guest& guest, const ListOptions& options) {
  std::vector<uint8_t> records;
  const uint64_t wanted = std::min(std::max(options.batch * kUsualEntry, kSmallestBuffer), kLargestBuffer);
  std::vector<uint8_t> buffer(wanted);
  // Again while there were only "." and "..".
  while (records.empty()) {
    const int64_t size = guest.ReadDirectory(static_cast<uint64_t>(options.fd), buffer.data(), buffer.size());
    if (size == 0 || guest.dead()) break;
    if (size < 0) {
      Head head = {};
      head.length = sizeof(head) + (options.stat ? sizeof(Statx) : 0);
      head.error = static_cast<int32_t>(size);
      Append(&records, &head, sizeof(head));
      records.resize(head.length);
      break;
    }
    EntryReader reader(buffer.data(), size);
    GuestEntry entry;
    while (!guest.dead() && reader.Next(&entry)) AppendEntry(guest, options, entry, &records);
  }
  return records;
}

}  // namespace kdisk
