// SPDX-License-Identifier: GPL-2.0-only
// Links and special files of a tree that is written, and what lies in the way of a new entry.
#include <algorithm>
#include <cerrno>

#include "file_reader.h"
#include "tree_writer.h"

namespace kdisk {

using namespace linux_abi;
using Kind = Event::Kind;

namespace {

// The destination has no such entries, or not for us.
bool IsRefused(int64_t result) {
  return result == -EPERM || result == -EOPNOTSUPP || result == -ENOSYS || result == -EINVAL;
}

}  // namespace

int64_t TreeWriter::MakeWay(const Event& event, bool* kept) {
  Statx status;
  const int64_t found = tree_.Stat(here(), event.name.c_str(), false, &status);
  if (found < 0) return found == -ENOENT ? 0 : found;
  if ((status.mode & kFormatMask) == kDirectory) return -EISDIR;
  if (Keeps(event, status)) {
    *kept = true;
    Kept(event, status);
    return 0;
  }
  if (tree_.IsProtected(IdOf(status))) return -EBUSY;
  if (IsSource(event, status)) return -EINVAL;
  return tree_.Unlink(here(), event.name.c_str(), false);
}

template <typename Call>
int64_t TreeWriter::Make(const Event& event, bool* kept, Call call) {
  const int64_t result = call();
  if (result != -EEXIST) return result;
  const int64_t way = MakeWay(event, kept);
  return way < 0 || *kept ? way : call();
}

bool TreeWriter::SetAttributes(const Event& event, const Made& made) {
  if (!event.metadata) return true;
  if (!attributes_.Set(here(), event.name.c_str(), event.metadata.get(), event.path, made)) over_ = true;
  return !over_;
}

bool TreeWriter::MakeSymlink(const Event& event) {
  bool kept = false;
  const int64_t result = Make(event, &kept, [&] {
    return tree_.MakeSymlink(here(), event.name.c_str(), event.target.c_str());
  });
  if (kept) return true;
  if (result < 0) {
    Unwritten(event);
    return (settings_.manifest && IsRefused(result)) || Failed(event.path, result, "symlink");
  }
  report_.Add(&CopyProgress::links, 1);
  return SetAttributes(event, Made());
}

bool TreeWriter::MakeSpecial(const Event& event) {
  if (!event.metadata) return Failed(event.path, -EINVAL, "special");
  const Statx& status = event.metadata->status;
  const uint32_t mode = attributes_.CreationMode(event.metadata.get(), false);
  bool kept = false;
  const int64_t result = Make(event, &kept, [&] {
    return tree_.MakeNode(here(), event.name.c_str(), (status.mode & kFormatMask) | mode, status.rdev_major,
                          status.rdev_minor);
  });
  if (kept) return true;
  if (result < 0) {
    Unwritten(event);
    return (settings_.manifest && IsRefused(result)) || Failed(event.path, result, "special");
  }
  report_.Add(&CopyProgress::specials, 1);
  Made made;
  if (!inherits() && !tree_.mode_missed()) made.mode = mode;
  return SetAttributes(event, made);
}

bool TreeWriter::MakeHardLink(const Event& event) {
  // What stands under that name is not what this is a name of.
  if (unwritten_.count(event.target)) return Failed(event.path, -ENOENT, "link");
  bool kept = false;
  const int64_t result = Make(event, &kept, [&] {
    return tree_.MakeHardLink(base_, event.target.c_str(), here(), event.name.c_str());
  });
  if (kept) return true;
  if (IsRefused(result) || result == -EMLINK || result == -EXDEV) return CopyOfLink(event, result);
  if (result < 0) return Failed(event.path, result, "link");
  report_.Add(&CopyProgress::hard_links, 1);
  return true;
}

Tree::Fd TreeWriter::OpenBelowBase(const std::string& path) {
  const uint64_t flags = kORdonly | kODirectory | kONofollow;
  Tree::Fd fd = tree_.Open(base_, ".", flags);
  for (size_t start = 0; fd >= 0 && start < path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    const Tree::Fd next = tree_.Open(fd, path.substr(start, end - start).c_str(), flags);
    tree_.Close(fd);
    fd = next;
    start = end + 1;
  }
  return fd;
}

bool TreeWriter::CopyOfLink(const Event& event, int64_t refused) {
  const size_t slash = event.target.rfind('/');
  const std::string name = event.target.substr(slash == std::string::npos ? 0 : slash + 1);
  const Tree::Fd directory = OpenBelowBase(event.target.substr(0, slash == std::string::npos ? 0 : slash));
  if (directory < 0) return Failed(event.path, directory, "link");
  Statx status;
  int64_t result = tree_.Stat(directory, name.c_str(), false, &status);
  Event copy = event;
  bool going_on = true;
  if (result >= 0 && (status.mode & kFormatMask) == kRegular) {
    copy.kind = Kind::kFile;
    const Tree::Fd fd = tree_.Open(directory, name.c_str(), kORdonly | kONofollow | kONonblock);
    result = fd;
    if (fd >= 0) {
      BufferPool buffers(1, 1);
      FileReader reader(&tree_, &buffers, &report_);
      if (reader.Start(fd, status, event.path, &copy)) going_on = WriteFile(&copy);
      while (reader.open()) {
        copy = Event();
        reader.Next(&copy);
        if (going_on) going_on = Handle(&copy);
      }
      copy = Event();
    }
  } else if (result >= 0 && (status.mode & kFormatMask) == kLink) {
    result = tree_.ReadLink(directory, name.c_str(), &copy.target);
    if (result >= 0) going_on = MakeSymlink(copy);
  } else if (result >= 0) {
    going_on = MakeSpecial(copy);
  }
  tree_.Close(directory);
  if (result < 0) return Failed(event.path, result, "link");
  if (!settings_.manifest) report_.Lost("hard link", event.path, event.target, refused);
  return going_on;
}

}  // namespace kdisk
