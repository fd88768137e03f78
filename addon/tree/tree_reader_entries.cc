// SPDX-License-Identifier: GPL-2.0-only
// What the reader tells of single entries, and of those that only a manifest knows.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "tree_reader.h"

namespace kdisk {

using namespace linux_abi;

namespace {

bool IsRegular(const Statx& status) { return (status.mode & kFormatMask) == kRegular; }

}  // namespace

void TreeReader::ReadXattrs(Tree::Fd at, const char* name, Metadata* metadata) {
  std::string names;
  const int64_t listed = tree_.ListXattrs(at, name, &names);
  if (listed < 0) {
    if (listed != -EOPNOTSUPP && listed != -ENOSYS) Problem(listed, "listxattr");
    return;
  }
  for (size_t start = 0; start < names.size();) {
    const std::string key = names.c_str() + start;
    start += key.size() + 1;
    if (key.empty()) continue;
    // What xfs keeps ACLs in, which it shows as such too.
    if (key.compare(0, 16, "trusted.SGI_ACL_") == 0) continue;
    std::string value;
    const int64_t got = tree_.GetXattr(at, name, key.c_str(), &value);
    if (got >= 0) {
      metadata->xattrs.push_back({key, std::move(value)});
    } else if (got != -ENODATA) {
      Problem(got, "getxattr");
    }
  }
  if (!options_.sorted) return;
  std::sort(metadata->xattrs.begin(), metadata->xattrs.end(),
            [](const Xattr& one, const Xattr& other) { return one.name < other.name; });
}

std::shared_ptr<Metadata> TreeReader::ReadMetadata(Tree::Fd at, const char* name, const Statx& status) {
  auto metadata = std::make_shared<Metadata>();
  metadata->status = status;
  if (options_.xattrs) ReadXattrs(at, name, metadata.get());
  if (!options_.flags) return metadata;
  if (name[0] == '\0') {
    metadata->has_flags = tree_.GetFlags(at, &metadata->flags) >= 0;
  } else if (IsRegular(status)) {
    const Tree::Fd fd = tree_.Open(at, name, kORdonly | kONonblock | kONofollow);
    metadata->has_flags = fd >= 0 && tree_.GetFlags(fd, &metadata->flags) >= 0;
    if (fd >= 0) tree_.Close(fd);
  }
  return metadata;
}

std::optional<ManifestEntry> TreeReader::Restore(const char* name, Metadata* metadata, Event* event) {
  if (name[0]) event->name = MapName(options_.names, name);
  if (!manifest_) return std::nullopt;
  std::optional<ManifestEntry> entry = manifest_->Find(ManifestPath());
  if (!entry || !manifest_->Apply(*entry, metadata)) return std::nullopt;
  if (name[0] && !entry->name.empty()) event->name = entry->name;
  return entry;
}

bool TreeReader::IsCopyOfLink(const ManifestEntry& entry, Tree::Fd fd, const Statx& status) {
  if (entry.kind != Event::Kind::kHardLink || fd < 0 || status.nlink > 1) return false;
  const std::string path = path_.substr(0, base_size_) + entry.target;
  const Tree::Fd other = tree_.Open(Tree::kTop, path.c_str(), kORdonly | kONonblock | kONofollow);
  if (other < 0) return false;
  Statx there;
  bool same = tree_.Stat(other, "", false, &there) >= 0 && IsRegular(there) && there.size == status.size;
  constexpr size_t kPiece = 128 << 10;
  std::vector<uint8_t> one(same ? kPiece : 0), two(one.size());
  for (uint64_t at = 0; same && at < status.size; at += kPiece) {
    const int64_t count = tree_.Read(fd, one.data(), kPiece, at);
    same = count > 0 && tree_.Read(other, two.data(), kPiece, at) == count &&
           memcmp(one.data(), two.data(), static_cast<size_t>(count)) == 0;
  }
  tree_.Close(other);
  return same;
}

bool TreeReader::OpenEntry(Tree::Fd at, const char* name, uint8_t type, bool follow, Tree::Fd* fd, Statx* status) {
  *fd = -1;
  int64_t result = 0;
  // Most entries are files: opened first, one look is enough.
  if (type != kDtRegular || !options_.content) {
    result = tree_.Stat(at, name, follow, status);
    if (result < 0) return Problem(result, "stat");
    if (!IsRegular(*status) || !options_.content) return true;
  }
  *fd = tree_.Open(at, name, kORdonly | kONonblock | (follow ? 0 : kONofollow));
  if (*fd < 0) return Problem(*fd, "open");
  result = tree_.Stat(*fd, "", false, status);
  // What was opened is what counts; somebody changed it meanwhile.
  if (result >= 0 && !IsRegular(*status)) result = -ESTALE;
  // An image: half would be read before and half after it was written to.
  if (result >= 0 && !tree_.guest() && tree_.IsProtected(IdOf(*status))) result = -EBUSY;
  if (result >= 0) return true;
  tree_.Close(*fd);
  return Problem(result, "open");
}

bool TreeReader::TellEntry(Tree::Fd at, const char* name, uint8_t type, bool follow, Event* event) {
  const bool in_tree = !levels_.empty();
  Tree::Fd fd;
  Statx status;
  if (!OpenEntry(at, name, type, follow, &fd, &status)) return false;
  const std::shared_ptr<Metadata> metadata =
      fd >= 0 ? ReadMetadata(fd, "", status) : ReadMetadata(at, name, status);
  event->path = path_;
  const auto known = Restore(in_tree ? name : "", metadata.get(), event);
  if (in_tree) AppendTo(event->name);
  if (known && IsCopyOfLink(*known, fd, status)) {
    if (fd >= 0) tree_.Close(fd);
    return TellManifestLink(*known, event);
  }
  event->metadata = metadata;
  if (IsLink(status, metadata->status.nlink, event)) {
    if (fd >= 0) tree_.Close(fd);
    return true;
  }
  if (IsRegular(status)) return TellFile(fd, status, event);
  event->kind = Event::Kind::kSpecial;
  if ((status.mode & kFormatMask) != kLink) return true;
  event->kind = Event::Kind::kSymlink;
  const int64_t result = tree_.ReadLink(at, name, &event->target);
  return result >= 0 || Problem(result, "readlink");
}

bool TreeReader::TellFile(Tree::Fd fd, const Statx& status, Event* event) {
  event->kind = Event::Kind::kFile;
  if (fd < 0 || file_.Start(fd, status, path_, event)) return true;
  // Another name of it gets its own chance.
  links_.erase(IdOf(status));
  return false;
}

bool TreeReader::IsLink(const Statx& status, uint32_t names, Event* event) {
  if (names < 2 || (status.mode & kFormatMask) == kDirectory) return false;
  const auto [found, first] = links_.try_emplace(IdOf(status), Link{to_, names - 1});
  if (first) return false;
  event->kind = Event::Kind::kHardLink;
  event->target = found->second.to;
  // Nobody asks again when all names were told.
  if (--found->second.left == 0) links_.erase(found);
  return true;
}

bool TreeReader::TellUnseen(const ManifestEntry& entry, Event* event) {
  const size_t slash = entry.path.rfind('/');
  SetPaths(levels_.back(), entry.path.c_str() + (slash == std::string::npos ? 0 : slash + 1));
  if (!filter_.trivial()) {
    const size_t start = path_[source_size_] == '/' ? source_size_ + 1 : source_size_;
    if (!filter_.Takes(path_.substr(start), entry.kind == Event::Kind::kEnter)) return false;
  }
  event->path = path_;
  event->name = entry.name;
  AppendTo(entry.name);
  event->metadata = std::make_shared<Metadata>(entry.metadata);
  event->kind = entry.kind;
  switch (entry.kind) {
    case Event::Kind::kSymlink:
      event->target = entry.target;
      return true;
    case Event::Kind::kSpecial:
      return true;
    case Event::Kind::kHardLink:
      return TellManifestLink(entry, event);
    default:
      return Problem(-ENOENT, "open");
  }
}

// The file it means is on the host, perhaps told before, perhaps later.
bool TreeReader::TellManifestLink(const ManifestEntry& entry, Event* event) {
  const std::string path = path_.substr(0, base_size_) + entry.target;
  const Tree::Fd fd = tree_.Open(Tree::kTop, path.c_str(), kORdonly | kONonblock | kONofollow);
  if (fd < 0) return Problem(fd, "open");
  auto metadata = std::make_shared<Metadata>();
  const int64_t result = tree_.Stat(fd, "", false, &metadata->status);
  if (result < 0 || !IsRegular(metadata->status)) {
    tree_.Close(fd);
    return Problem(result < 0 ? result : -ESTALE, "open");
  }
  const Statx status = metadata->status;
  if (const auto target = manifest_->Find(entry.target)) manifest_->Apply(*target, metadata.get());
  event->metadata = metadata;
  if (IsLink(status, metadata->status.nlink, event)) {
    tree_.Close(fd);
    return true;
  }
  return TellFile(fd, status, event);
}

}  // namespace kdisk
