// SPDX-License-Identifier: GPL-2.0-only
// Directories of a tree that is written, and which event goes where: see tree_writer.h; single entries are in
// tree_writer_entries.cc, the content of files in tree_writer_files.cc.
#include "tree_writer.h"

#include <algorithm>
#include <cerrno>

#include "manifest_writer.h"
#include "tree_reader.h"

namespace kdisk {

using namespace linux_abi;
using Kind = Event::Kind;
using Side = CopyReport::Side;

namespace {

constexpr size_t kOpenLevels = 32;

// What a program put into a record decides over one name only.
bool IsName(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

std::string MapPath(CopyOptions::Names names, const std::string& path) {
  std::string result;
  for (size_t start = 0; start <= path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    if (start > 0) result += '/';
    result += MapName(names, path.substr(start, end - start));
    start = end + 1;
  }
  return result;
}

}  // namespace

TreeWriter::TreeWriter(Tree* tree, const CopyOptions& options, const WriterSettings& settings, CopyReport* report)
    : tree_(*tree),
      options_(options),
      settings_(settings),
      report_(*report),
      attributes_(tree, options, report, settings.manifest == nullptr) {}

TreeWriter::~TreeWriter() {
  if (file_.fd >= 0) tree_.Close(file_.fd);
  for (const Level& level : levels_) {
    if (level.fd >= 0) tree_.Close(level.fd);
  }
  if (base_ >= 0) tree_.Close(base_);
}

bool TreeWriter::Failed(const std::string& path, int64_t result, const char* step) {
  if (tree_.dead()) return false;
  report_.Problem(path, result, Side::kTarget, step);
  if (Attributes::IsFatal(result)) over_ = true;
  return !over_;
}

std::string TreeWriter::PathOf(const std::string& name) const { return to_.empty() ? name : to_ + "/" + name; }

bool TreeWriter::Inherits(Tree::Fd directory, const Statx& status) {
  if (!tree_.guest()) return false;
  if (status.mode & kSetGid) return true;
  std::string value;
  return tree_.GetXattr(directory, "", "system.posix_acl_default", &value) > 0;
}

void TreeWriter::SetBase(const std::string& directory) {
  if (base_ >= 0) tree_.Close(base_);
  unwritten_.clear();
  base_ = tree_.Open(Tree::kTop, directory.c_str(), kORdonly | kODirectory);
  base_error_ = std::min<int64_t>(base_, 0);
  Statx status;
  base_inherits_ = base_ >= 0 && tree_.Stat(base_, "", false, &status) >= 0 && Inherits(base_, status);
}

bool TreeWriter::Write(Event&& event) {
  if (over_ || tree_.dead()) return false;
  if (event.kind == Kind::kBase) {
    SetBase(event.target);
    return true;
  }
  if (event.kind == Kind::kFile) files_++;
  if (settings_.names != CopyOptions::Names::kPlain) {
    std::string name = MapName(settings_.names, event.name);
    if (settings_.manifest) settings_.manifest->Add(event, name == event.name ? std::string() : name);
    event.name = std::move(name);
    if (event.kind == Kind::kHardLink) event.target = MapPath(settings_.names, event.target);
  } else if (settings_.manifest) {
    settings_.manifest->Add(event);
  }
  return Handle(&event) && !over_ && !tree_.dead();
}

bool TreeWriter::Handle(Event* event) {
  const bool content = event->kind == Kind::kData || event->kind == Kind::kEnd || event->kind == Kind::kAbandon;
  // Only a program's records come in such an order.
  if (event->kind < Kind::kEnter || event->kind > Kind::kSpecial || content != file_.active ||
      (event->kind == Kind::kLeave && levels_.empty() && skipped_levels_ == 0)) {
    disordered_ = true;
    return false;
  }
  switch (event->kind) {
    case Kind::kData: return WriteData(*event);
    case Kind::kEnd: return EndFile(event->offset);
    case Kind::kAbandon: AbandonFile(); return true;
    case Kind::kLeave:
      if (skipped_levels_ == 0) return Leave();
      skipped_levels_--;
      return true;
    default: break;
  }
  bool usable = skipped_levels_ == 0 && (levels_.empty() || levels_.back().fd >= 0);
  if (usable && levels_.empty() && base_error_ < 0) {
    usable = false;
    Failed(event->path, base_error_, "open");
  } else if (usable && !IsName(event->name)) {
    const bool is_base = event->name.empty() && levels_.empty();
    if (!is_base || event->kind != Kind::kEnter) {
      usable = false;
      Failed(event->path, is_base ? -EISDIR : -EINVAL, "open");
    }
  }
  if (!usable) {
    if (event->kind == Kind::kEnter) skipped_levels_++;
    if (event->kind == Kind::kFile) SkipFile(*event);
    return true;
  }
  switch (event->kind) {
    case Kind::kEnter: return Enter(event);
    case Kind::kFile: return WriteFile(event);
    case Kind::kSymlink: return MakeSymlink(*event);
    case Kind::kHardLink: return MakeHardLink(*event);
    default: return MakeSpecial(*event);
  }
}

int64_t TreeWriter::OpenDirectory(const Event& event, Level* level) {
  const char* name = event.name.c_str();
  int64_t made = -EEXIST;
  if (!event.name.empty()) made = tree_.MakeDirectory(here(), name, attributes_.CreationMode(nullptr, true));
  if (made < 0 && made != -EEXIST) return made;
  level->made.existed = made < 0;
  const uint64_t flags = kORdonly | kODirectory | kONonblock | kONofollow;
  level->fd = tree_.Open(here(), event.name.empty() ? "." : name, flags);
  if (level->fd == -ENOTDIR || level->fd == -ELOOP) return -EEXIST;
  if (level->fd < 0) return level->fd;
  Statx status;
  int64_t result = tree_.Stat(level->fd, "", false, &status);
  if (result < 0) return result;
  level->id = IdOf(status);
  level->made.mode = status.mode & kPermissions;
  level->inherits = Inherits(level->fd, status);
  return level->made.existed && IsSource(event, status) ? -EINVAL : 0;
}

bool TreeWriter::Enter(Event* event) {
  Level level;
  const int64_t result = OpenDirectory(*event, &level);
  if (result < 0) {
    if (level.fd >= 0) tree_.Close(level.fd);
    skipped_levels_ = 1;
    return Failed(event->path, result, "mkdir");
  }
  level.metadata = event->metadata;
  level.path = event->path;
  level.to_size = to_.size();
  if (!event->name.empty()) to_ = PathOf(event->name);
  levels_.push_back(std::move(level));
  // The first level has no ".." to be found through.
  if (levels_.size() > kOpenLevels + 1) {
    Level& far = levels_[levels_.size() - 1 - kOpenLevels];
    tree_.Close(far.fd);
    far.fd = -1;
  }
  report_.Add(&CopyProgress::directories, 1);
  return true;
}

bool TreeWriter::Leave() {
  const Level level = std::move(levels_.back());
  levels_.pop_back();
  to_.resize(level.to_size);
  // Before its mode is set, which may not let us through to "..".
  if (!levels_.empty() && levels_.back().fd < 0) Reopen(&levels_.back(), level);
  if (level.fd < 0) return true;
  bool going_on = true;
  const bool kept = level.made.existed && options_.existing == CopyOptions::Existing::kKeep;
  if (!kept) going_on = attributes_.Set(level.fd, "", level.metadata.get(), level.path, level.made);
  tree_.Close(level.fd);
  if (!going_on) over_ = true;
  return going_on;
}

void TreeWriter::Reopen(Level* level, const Level& below) {
  // Reported where it was lost.
  if (below.fd < 0) return;
  const Tree::Fd fd = tree_.OpenAbove(below.fd, level->id);
  if (fd >= 0) {
    level->fd = fd;
  } else {
    Failed(level->path, fd, "open");
  }
}

void TreeWriter::Finish() {
  if (file_.active) AbandonFile();
  // The directories that are there keep what they can; where nothing can be written, one message says so.
  const bool was_over = over_;
  while (!levels_.empty() && !tree_.dead()) {
    if (!Leave() && was_over) break;
  }
}

}  // namespace kdisk
