// SPDX-License-Identifier: GPL-2.0-only
// Gives back what a manifest holds when the host's files are copied into a volume (docs/manifest.md).
//
// Paths are the host's, from the directory that holds the source: for the source /a/b/c it is /a/b and the path of its
// entry etc is "c/etc"; for /a/b/. it is /a/b itself, whose path is "". How the reader uses it:
//  - For each entry found on the host: Find, and if there is one and Apply agrees, the entry's metadata and name.
//  - Before it leaves a directory: Unseen, what the manifest has there and the host has not. A symbolic link or special
//    file is told from the entry alone. A hard link means the file at `target`, also on the host: it is told as a link
//    if that file has been told, under whatever name, else with that file's content (reached through no symbolic link).
//    A file or directory is missing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "event.h"

namespace kdisk {

struct ManifestEntry {
  // kEnter, kFile, kSymlink, kHardLink or kSpecial.
  Event::Kind kind = Event::Kind::kFile;
  // On the host.
  std::string path;
  // In the volume; the host's may be another (names.h). Empty for the top.
  std::string name;
  // Text of a symbolic link; path of a hard link's file on the host.
  std::string target;
  // status.mask tells what is known: none of it, or STATX_BASIC_STATS and perhaps STATX_BTIME.
  Metadata metadata;
};

class ManifestReader {
 public:
  // False: *error says what is wrong, with the file's name and the number of the line.
  bool Load(const std::string& path, std::string* error);

  // Also notes that the host has it.
  std::optional<ManifestEntry> Find(const std::string& path);
  // Puts into *metadata, which is the host's, what the manifest knows: owner, mode, times, extended attributes, flags,
  // and the number of names if it had more.
  // An entry that changed after the manifest was written keeps its times; one of another type keeps all, and the result
  // is false.
  bool Apply(const ManifestEntry& entry, Metadata* metadata) const;
  // Entries of a directory that Find was not asked for. Those that a filter leaves out are the caller's to tell apart.
  std::vector<ManifestEntry> Unseen(const std::string& directory) const;

  size_t size() const { return index_.size(); }

 private:
  // Entries stay text until they are asked for: a hundred thousand of them take little more than their file.
  struct Slot {
    // Into paths_.
    uint64_t path;
    // Into text_.
    uint64_t line;
    uint32_t path_size;
    // How much of the path is the parent.
    uint32_t parent_size;
    mutable bool seen;
  };

  bool ParseAll(std::string* error);
  bool TakeEnd(const std::string& line, size_t entries, std::string* error);
  // Where an entry of the volume lies on the host.
  std::string HostPath(const std::string& path) const;
  // Its content, or what a directory holds, was changed after the manifest was written.
  bool Changed(const ManifestEntry& entry, const linux_abi::Statx& status) const;
  bool Before(const Slot& a, const Slot& b) const;
  // First entry that is not before `path`, which lies in `parent`.
  std::vector<Slot>::const_iterator LowerBound(const std::string& parent, const std::string& path) const;
  ManifestEntry Entry(const Slot& slot) const;

  std::string text_;
  std::string paths_;
  // By parent and name, so that a directory's entries lie side by side.
  std::vector<Slot> index_;
  // Volume paths of the entries whose last component differs on the host, and that component.
  std::unordered_map<std::string, std::string> renamed_;
  linux_abi::Timestamp written_ = {};
};

}  // namespace kdisk
