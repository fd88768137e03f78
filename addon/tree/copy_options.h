// SPDX-License-Identifier: GPL-2.0-only
// What a copy does and what came of it; index.d.ts describes the same for JavaScript.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace kdisk {

struct CopySource {
  // Path on the side that is read.
  std::string from;
  // Path on the side that is written; its parent exists.
  std::string to;
};

// Ids from `from` on become ids from `to` on.
struct IdRange {
  uint32_t from = 0;
  uint32_t to = 0;
  uint32_t count = 0;
};

struct CopyOptions {
  bool recursive = false;
  // Directories are read in the order of their names' bytes, not in the file system's.
  bool sorted = false;
  bool follow = false;
  // What is kept besides content, links and holes.
  bool mode = true;
  bool times = true;
  bool owner = false;
  bool xattrs = false;
  bool flags = false;
  enum class Existing { kReplace, kKeep, kUpdate };
  Existing existing = Existing::kReplace;
  // Owner of all that is written; -1: as `owner` says.
  int64_t uid = -1;
  int64_t gid = -1;
  std::vector<IdRange> map_uid;
  std::vector<IdRange> map_gid;
  // Patterns of fnmatch(3): without a slash for names, with one for paths from the top of the copy.
  std::vector<std::string> exclude;
  std::vector<std::string> include;
  // Characters and names that the destination cannot have are escaped (names.h); undone when reading `escaped` ones.
  enum class Names { kPlain, kEscape, kUnescape };
  Names names = Names::kPlain;
  // Host file that takes what the destination cannot hold (write), or gives it back (read); empty: none.
  std::string manifest_out;
  std::string manifest_in;
  // Content that lies in an image as it is may go from there to the host past the kernel (extents.h).
  bool extents = true;
};

struct CopyProgress {
  uint64_t files = 0;
  uint64_t directories = 0;
  // Symbolic ones.
  uint64_t links = 0;
  uint64_t hard_links = 0;
  uint64_t specials = 0;
  // There already, and left alone on request.
  uint64_t kept = 0;
  // Of content, holes included.
  uint64_t bytes = 0;
};

struct CopyProblem {
  // On the side where it happened, except for `write` steps: where the entry comes from.
  std::string path;
  int error = 0;
  // The side that was read, or the one that was written.
  bool source = false;
  std::string step;
};

// Attributes that the destination could not take, by kind.
struct CopyLoss {
  // "owner", "mode", "times", "xattr", "acl", "capability", "flags", "special", "hard link", ...
  std::string what;
  uint64_t count = 0;
  // The first of them, and what it was ("user.mime_type", "0:42").
  std::string path;
  std::string detail;
  int error = 0;
};

struct CopyResult {
  CopyProgress done;
  std::vector<CopyProblem> problems;
  std::vector<CopyLoss> lost;
  bool stopped = false;
};

// Called after each entry and at least each MiB; false stops the copy.
using CopyObserver = std::function<bool(const CopyProgress&)>;

}  // namespace kdisk
