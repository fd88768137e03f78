// SPDX-License-Identifier: GPL-2.0-only
// The index over a manifest's lines: see manifest_reader.h.
#include "manifest_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "manifest_lines.h"
#include "manifest_text.h"

namespace kdisk {

using namespace linux_abi;
using namespace manifest;

namespace {

// 0 or a negative errno.
int ReadWhole(const std::string& path, std::string* text) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -errno;
  struct stat status;
  int result = fstat(fd, &status) == 0 ? 0 : -errno;
  // One more byte, to see the end in the first round.
  text->resize(result == 0 ? static_cast<size_t>(status.st_size) + 1 : 1);
  for (size_t size = 0; result == 0;) {
    const ssize_t count = read(fd, text->data() + size, text->size() - size);
    if (count < 0) {
      if (errno != EINTR) result = -errno;
      continue;
    }
    size += static_cast<size_t>(count);
    if (count == 0) {
      text->resize(size);
      break;
    }
    if (size == text->size()) text->resize(size * 2);
  }
  close(fd);
  return result;
}

std::string Parent(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string Last(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool Later(const Timestamp& a, const Timestamp& b) {
  return a.seconds != b.seconds ? a.seconds > b.seconds : a.nanoseconds > b.nanoseconds;
}

}  // namespace

bool ManifestReader::Load(const std::string& path, std::string* error) {
  const int result = ReadWhole(path, &text_);
  if (result < 0) {
    *error = path + ": " + strerror(-result);
    return false;
  }
  if (!ParseAll(error)) {
    *error = path + ": " + *error;
    return false;
  }

  if (!renamed_.empty()) {
    std::string host_paths;
    for (Slot& slot : index_) {
      const std::string host_path = HostPath(paths_.substr(slot.path, slot.path_size));
      slot.path = host_paths.size();
      slot.path_size = static_cast<uint32_t>(host_path.size());
      slot.parent_size = static_cast<uint32_t>(Parent(host_path).size());
      host_paths += host_path;
    }
    paths_ = std::move(host_paths);
  }
  std::stable_sort(index_.begin(), index_.end(), [this](const Slot& a, const Slot& b) { return Before(a, b); });
  // What was copied twice to one place: the last one is what stands there.
  const auto same = [this](const Slot& a, const Slot& b) { return !Before(a, b) && !Before(b, a); };
  const auto first = std::unique(index_.rbegin(), index_.rend(), same);
  index_.erase(index_.begin(), first.base());
  return true;
}

bool ManifestReader::ParseAll(std::string* error) {
  LineReader lines(text_);
  bool ended = false;
  std::string line;
  const auto fail = [&](const std::string& what) {
    *error = "line " + std::to_string(lines.number()) + ": " + what;
    return false;
  };
  if (!lines.Next(&line) || line != kSignature) return fail("this is no manifest: the first line is not #mtree");
  if (!lines.Next(&line) || line != kVersion) {
    return fail("this manifest is not one of kdisk, or of a newer one: the second line is not \"" +
                std::string(kVersion) + "\"");
  }
  while (lines.Next(&line)) {
    std::string what;
    if (line.compare(0, strlen(kEnd), kEnd) == 0) {
      if (!TakeEnd(line, index_.size(), &what)) return fail(what);
      ended = true;
      continue;
    }
    if (line.compare(0, strlen(kMore), kMore) == 0) return fail("it belongs to no entry");
    if (line.empty() || line[0] == '#') continue;
    if (ended) return fail("an entry after the end");
    const size_t begin = lines.begin();
    ParsedEntry entry;
    if (!ParseEntry(line, &entry, &what)) return fail(what);
    while (lines.Follows(kMore)) {
      lines.Next(&line);
      if (!ParseMore(line, &entry, &what)) return fail(what);
    }
    if (!entry.Complete(&what)) return fail(what);
    const std::string& path = entry.path;
    index_.push_back({paths_.size(), begin, static_cast<uint32_t>(path.size()),
                      static_cast<uint32_t>(Parent(path).size()), false});
    paths_ += path;
    if (!entry.host_name.empty()) renamed_[path] = entry.host_name;
  }
  if (!ended) return fail("the end is missing: the manifest is not complete");
  return true;
}

bool ManifestReader::TakeEnd(const std::string& line, size_t entries, std::string* error) {
  uint64_t count = 0;
  const std::string key = std::string(kEnd) + "entries=", then = " written=";
  const size_t at = line.find(then);
  if (line.compare(0, key.size(), key) != 0 || at == std::string::npos ||
      !ParseNumber(line.substr(key.size(), at - key.size()), 10, UINT64_MAX, &count) ||
      !ParseTime(line.substr(at + then.size()), &written_)) {
    *error = "the end of the manifest is damaged";
    return false;
  }
  if (count != entries) {
    *error = "the manifest had " + std::to_string(count) + " entries when it was written, and has " +
             std::to_string(entries) + " now";
    return false;
  }
  return true;
}

std::string ManifestReader::HostPath(const std::string& path) const {
  if (renamed_.empty() || path.empty()) return path;
  std::string result;
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const auto renamed = renamed_.find(path.substr(0, end));
    if (!result.empty()) result += '/';
    result += renamed != renamed_.end() ? renamed->second : path.substr(at, end - at);
    at = end + 1;
  }
  return result;
}

bool ManifestReader::Before(const Slot& a, const Slot& b) const {
  const char* const paths = paths_.data();
  const std::string_view parent_a(paths + a.path, a.parent_size), parent_b(paths + b.path, b.parent_size);
  const int order = parent_a.compare(parent_b);
  if (order != 0) return order < 0;
  return std::string_view(paths + a.path, a.path_size) < std::string_view(paths + b.path, b.path_size);
}

std::vector<ManifestReader::Slot>::const_iterator ManifestReader::LowerBound(const std::string& parent,
                                                                             const std::string& path) const {
  return std::lower_bound(index_.begin(), index_.end(), path, [&](const Slot& slot, const std::string& wanted) {
    const char* const slot_path = paths_.data() + slot.path;
    const int order = std::string_view(slot_path, slot.parent_size).compare(parent);
    return order != 0 ? order < 0 : std::string_view(slot_path, slot.path_size) < std::string_view(wanted);
  });
}

ManifestEntry ManifestReader::Entry(const Slot& slot) const {
  // Parsed before, without an error.
  std::string line, unused;
  LineReader lines(text_, slot.line);
  ParsedEntry parsed;
  lines.Next(&line);
  ParseEntry(line, &parsed, &unused);
  while (lines.Follows(kMore)) {
    lines.Next(&line);
    ParseMore(line, &parsed, &unused);
  }
  parsed.Complete(&unused);
  ManifestEntry entry;
  entry.kind = parsed.Kind();
  entry.path = paths_.substr(slot.path, slot.path_size);
  entry.name = Last(parsed.path);
  entry.target = entry.kind == Event::Kind::kHardLink ? HostPath(parsed.hard_link) : std::move(parsed.link);
  entry.metadata = std::move(parsed.metadata);
  return entry;
}

std::optional<ManifestEntry> ManifestReader::Find(const std::string& path) {
  const auto found = LowerBound(Parent(path), path);
  if (found == index_.end() || paths_.compare(found->path, found->path_size, path) != 0) return std::nullopt;
  found->seen = true;
  return Entry(*found);
}

std::vector<ManifestEntry> ManifestReader::Unseen(const std::string& directory) const {
  std::vector<ManifestEntry> result;
  // Nothing in it has an empty path; of the top, that is the top itself.
  auto slot = LowerBound(directory, directory);
  for (; slot != index_.end() && paths_.compare(slot->path, slot->parent_size, directory) == 0; ++slot) {
    if (!slot->seen && slot->path_size > 0) result.push_back(Entry(*slot));
  }
  return result;
}

bool ManifestReader::Changed(const ManifestEntry& entry, const Statx& status) const {
  const Timestamp& known = entry.metadata.status.mtime;
  if (!Later(status.mtime, written_)) return false;
  // What lies in the future may have been so before; FAT keeps it in steps of two seconds.
  const int64_t lost = known.seconds - status.mtime.seconds;
  return !Later(known, written_) || lost < 0 || lost > 2;
}

bool ManifestReader::Apply(const ManifestEntry& entry, Metadata* metadata) const {
  Statx& status = metadata->status;
  const Statx& known = entry.metadata.status;
  if ((status.mode & kFormatMask) != (known.mode & kFormatMask)) return false;
  if (known.mask == 0) return true;
  if (!Changed(entry, status)) {
    status.atime = known.atime;
    status.mtime = known.mtime;
  }
  if (known.mask & kStatxBtime) {
    status.btime = known.btime;
    status.mask |= kStatxBtime;
  }
  status.mode = known.mode;
  status.nlink = std::max(status.nlink, known.nlink);
  status.uid = known.uid;
  status.gid = known.gid;
  metadata->xattrs = entry.metadata.xattrs;
  if (entry.metadata.has_flags) {
    metadata->flags = entry.metadata.flags;
    metadata->has_flags = true;
  }
  return true;
}

}  // namespace kdisk
