// SPDX-License-Identifier: GPL-2.0-only
// The walk: see tree_reader.h; what is told of single entries is in tree_reader_entries.cc.
#include "tree_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "names.h"

namespace kdisk {

using namespace linux_abi;
using Side = CopyReport::Side;

namespace {

constexpr size_t kOpenLevels = 32;
constexpr size_t kDirectoryBuffer = 64 * 1024;

// Length of the part of a source's path that names the directory it lies in.
size_t ParentSize(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string last = path.substr(slash == std::string::npos ? 0 : slash + 1);
  if (last.empty()) return path.size();
  // A directory by itself: its entries follow a slash.
  if (last == "." || last == "..") return path.size() + 1;
  return path.size() - last.size();
}

}  // namespace

std::string MapName(CopyOptions::Names names, const std::string& name) {
  switch (names) {
    case CopyOptions::Names::kEscape: return EscapeName(name);
    case CopyOptions::Names::kUnescape: return UnescapeName(name);
    default: return name;
  }
}

TreeReader::TreeReader(Tree* tree, const ReadOptions& options, const Filter& filter, BufferPool* buffers,
                       CopyReport* report)
    : tree_(*tree),
      options_(options),
      filter_(filter),
      report_(*report),
      file_(tree, buffers, report),
      buffer_(kDirectoryBuffer) {}

TreeReader::~TreeReader() {
  for (const Level& level : levels_) {
    if (level.fd >= 0) tree_.Close(level.fd);
  }
}

bool TreeReader::Problem(int64_t result, const char* step) {
  // A dead kernel is told once, for the whole job.
  if (!tree_.dead()) report_.Problem(path_, result, Side::kSource, step);
  // It is on the host, though nothing comes of it.
  if (manifest_) manifest_->Find(ManifestPath());
  return false;
}

void TreeReader::Start(const std::string& from, const std::string& name) {
  from_ = from;
  name_ = name;
  source_pending_ = true;
  source_size_ = from.size();
  base_size_ = ParentSize(from);
  avoided_.clear();
}

bool TreeReader::Next(Event* event) {
  while (!tree_.dead()) {
    if (file_.open()) {
      file_.Next(event);
      return true;
    }
    *event = Event{};
    if (source_pending_) {
      source_pending_ = false;
      path_ = from_;
      to_ = name_;
      if (TellSource(event)) return true;
      continue;
    }
    if (levels_.empty()) return false;
    Level& level = levels_.back();
    if (level.fd >= 0) {
      if (!level.listed) {
        if (TellNextEntry(&level, event)) return true;
        continue;
      }
      if (level.next < level.subdirectories.size()) {
        const std::string name = std::move(level.subdirectories[level.next++]);
        SetPaths(level, name.c_str());
        if (Enter(level.fd, name.c_str(), false, event)) return true;
        continue;
      }
      if (manifest_ && !level.unseen_known) {
        SetPaths(level, "");
        level.unseen = manifest_->Unseen(ManifestPath());
        level.unseen_known = true;
      }
      if (level.next_unseen < level.unseen.size()) {
        if (TellUnseen(level.unseen[level.next_unseen++], event)) return true;
        continue;
      }
    }
    Leave(event);
    return true;
  }
  return false;
}

bool TreeReader::TellSource(Event* event) {
  Statx status;
  const int64_t result = tree_.Stat(Tree::kTop, from_.c_str(), options_.follow, &status);
  if (result < 0) return Problem(result, "stat");
  event->name = name_;
  if ((status.mode & kFormatMask) != kDirectory) {
    return TellEntry(Tree::kTop, from_.c_str(), kDtUnknown, options_.follow, event);
  }
  if (!options_.recursive) return Problem(-EISDIR, "open");
  return Enter(Tree::kTop, from_.c_str(), options_.follow, event);
}

void TreeReader::SetPaths(const Level& level, const char* name) {
  path_.resize(level.path_size);
  to_.resize(level.to_size);
  if (!name[0]) return;
  if (path_.empty() || path_.back() != '/') path_ += '/';
  path_ += name;
}

void TreeReader::AppendTo(const std::string& name) {
  if (!to_.empty()) to_ += '/';
  to_ += name;
}

bool TreeReader::TellNextEntry(Level* level, Event* event) {
  GuestEntry entry;
  if (!entries_.Next(&entry)) {
    const int64_t size = options_.sorted ? ReadSorted(level->fd)
                                         : tree_.ReadDirectory(level->fd, buffer_.data(), buffer_.size());
    SetPaths(*level, "");
    if (size < 0) Problem(size, "readdir");
    if (size <= 0) level->listed = true;
    entries_ = EntryReader(options_.sorted ? sorted_.data() : buffer_.data(), size);
    return false;
  }
  SetPaths(*level, entry.name);
  // The kernel refuses such names; a path of the other side must not depend on that.
  if (entry.name_size == 0 || memchr(entry.name, '/', entry.name_size)) return Problem(-EINVAL, "open");
  bool directory = entry.type == kDtDirectory;
  if (entry.type == kDtUnknown) {
    Statx status;
    const int64_t result = tree_.Stat(level->fd, entry.name, false, &status);
    if (result < 0) return Problem(result, "stat");
    directory = (status.mode & kFormatMask) == kDirectory;
  }
  if (!filter_.trivial()) {
    const size_t start = path_[source_size_] == '/' ? source_size_ + 1 : source_size_;
    if (!filter_.Takes(path_.substr(start), directory)) {
      // It is on the host, and left out on purpose.
      if (manifest_) manifest_->Find(ManifestPath());
      return false;
    }
  }
  if (directory) {
    level->subdirectories.emplace_back(entry.name, entry.name_size);
    return false;
  }
  return TellEntry(level->fd, entry.name, entry.type, false, event);
}

int64_t TreeReader::ReadSorted(Tree::Fd directory) {
  std::vector<uint8_t> all;
  int64_t size;
  while ((size = tree_.ReadDirectory(directory, buffer_.data(), buffer_.size())) > 0) {
    all.insert(all.end(), buffer_.begin(), buffer_.begin() + size);
  }
  // An error after the first entries comes again after them.
  if (all.empty()) return size;
  std::vector<const char*> names;
  GuestEntry entry;
  EntryReader reader(all.data(), static_cast<int64_t>(all.size()));
  while (reader.Next(&entry)) names.push_back(entry.name);
  std::sort(names.begin(), names.end(), [](const char* one, const char* other) { return strcmp(one, other) < 0; });
  sorted_.clear();
  for (const char* name : names) {
    const auto* record = reinterpret_cast<const uint8_t*>(name) - kDirentName;
    Dirent64 head;
    memcpy(&head, record, kDirentName);
    sorted_.insert(sorted_.end(), record, record + head.length);
  }
  return static_cast<int64_t>(sorted_.size());
}

bool TreeReader::Enter(Tree::Fd at, const char* name, bool follow, Event* event) {
  const Tree::Fd fd = tree_.Open(at, name, kORdonly | kODirectory | kONonblock | (follow ? 0 : kONofollow));
  if (fd < 0) return Problem(fd, "open");
  Statx status;
  int64_t result = tree_.Stat(fd, "", false, &status);
  const char* step = "stat";
  if (result >= 0) {
    const NodeId id = IdOf(status);
    step = "open";
    // A damaged file system may lead round and round.
    for (const Level& level : levels_) {
      if (level.id == id) result = -ELOOP;
    }
    for (const NodeId& avoided : avoided_) {
      if (avoided == id) result = -EINVAL;
    }
  }
  if (result < 0) {
    tree_.Close(fd);
    return Problem(result, step);
  }
  const std::shared_ptr<Metadata> metadata = ReadMetadata(fd, "", status);
  event->kind = Event::Kind::kEnter;
  event->path = path_;
  if (levels_.empty()) {
    Restore("", metadata.get(), event);
  } else {
    Restore(name, metadata.get(), event);
    AppendTo(event->name);
  }
  event->metadata = metadata;

  Level level;
  level.fd = fd;
  level.id = IdOf(status);
  level.path_size = path_.size();
  level.to_size = to_.size();
  levels_.push_back(std::move(level));
  entries_ = EntryReader(nullptr, 0);
  // The first level has no ".." to be found through.
  if (levels_.size() > kOpenLevels + 1) {
    Level& far = levels_[levels_.size() - 1 - kOpenLevels];
    tree_.Close(far.fd);
    far.fd = -1;
  }
  return true;
}

void TreeReader::Leave(Event* event) {
  const Level level = std::move(levels_.back());
  levels_.pop_back();
  if (!levels_.empty() && levels_.back().fd < 0) Reopen(&levels_.back(), level);
  if (level.fd >= 0) tree_.Close(level.fd);
  SetPaths(level, "");
  event->kind = Event::Kind::kLeave;
  event->path = path_;
}

void TreeReader::Reopen(Level* level, const Level& below) {
  // Reported where it was lost.
  if (below.fd < 0) return;
  SetPaths(*level, "");
  const Tree::Fd fd = tree_.OpenAbove(below.fd, level->id);
  if (fd >= 0) {
    level->fd = fd;
  } else {
    Problem(fd, "open");
  }
}

}  // namespace kdisk
