// SPDX-License-Identifier: GPL-2.0-only
// Walks a tree and tells what is there, one event at a time, without recursion. Only the deepest directories of the way
// down are kept open, so that no depth runs out of descriptors; the others are found again through "..", and compared.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "../guest.h"
#include "file_reader.h"
#include "filter.h"
#include "manifest_reader.h"

namespace kdisk {

struct ReadOptions {
  bool recursive = false;
  bool follow = false;
  // Entries of a directory, and extended attributes of an entry, come in the order of their names' bytes.
  bool sorted = false;
  // False: files are told without content.
  bool content = true;
  bool xattrs = false;
  bool flags = false;
  CopyOptions::Names names = CopyOptions::Names::kPlain;
};

// What an entry is called on the other side.
std::string MapName(CopyOptions::Names names, const std::string& name);

class TreeReader {
 public:
  TreeReader(Tree* tree, const ReadOptions& options, const Filter& filter, BufferPool* buffers, CopyReport* report);
  ~TreeReader();
  TreeReader(const TreeReader&) = delete;
  TreeReader& operator=(const TreeReader&) = delete;

  void set_locate(FileReader::Locate locate) { file_.set_locate(std::move(locate)); }
  // Restores what it holds; it must outlive the reader.
  void set_manifest(ManifestReader* manifest) { manifest_ = manifest; }
  // Where this copy is written, which is not to be copied again.
  void Avoid(const NodeId& directory) { avoided_.push_back(directory); }

  // The next source; `name` is Event::name of its first event, empty for a directory that stands for the destination.
  void Start(const std::string& from, const std::string& name);
  // False at the end of this source, and when the tree is dead.
  bool Next(Event* event);
  // The content of the file that was told last is not wanted any more.
  void SkipFile() { file_.Abandon(); }
  // Files told from now on are below another directory: no link can lead to those told before.
  void ForgetLinks() { links_.clear(); }

 private:
  // A directory on the way from the source down to the entry in work.
  struct Level {
    Tree::Fd fd = -1;
    NodeId id;
    // Lengths of path_ and to_ at this level.
    size_t path_size = 0;
    size_t to_size = 0;
    std::vector<std::string> subdirectories;
    size_t next = 0;
    bool listed = false;
    // What the manifest has and the host has not.
    std::vector<ManifestEntry> unseen;
    size_t next_unseen = 0;
    bool unseen_known = false;
  };
  struct Link {
    std::string to;
    // Names of the file that were not told yet.
    uint32_t left;
  };
  struct HashId {
    size_t operator()(const NodeId& id) const { return std::hash<uint64_t>()(id.inode * 31 + id.device); }
  };

  bool TellSource(Event* event);
  bool TellNextEntry(Level* level, Event* event);
  // As Tree::ReadDirectory of all that is left, into sorted_.
  int64_t ReadSorted(Tree::Fd directory);
  bool TellEntry(Tree::Fd at, const char* name, uint8_t type, bool follow, Event* event);
  // Opens what is a file, if content is wanted.
  bool OpenEntry(Tree::Fd at, const char* name, uint8_t type, bool follow, Tree::Fd* fd, linux_abi::Statx* status);
  bool TellFile(Tree::Fd fd, const linux_abi::Statx& status, Event* event);
  bool TellUnseen(const ManifestEntry& entry, Event* event);
  bool TellManifestLink(const ManifestEntry& entry, Event* event);
  bool Enter(Tree::Fd at, const char* name, bool follow, Event* event);
  void Leave(Event* event);
  void Reopen(Level* level, const Level& below);

  // A second name of a file that was told: fills the event.
  bool IsLink(const linux_abi::Statx& status, uint32_t names, Event* event);
  std::shared_ptr<Metadata> ReadMetadata(Tree::Fd at, const char* name, const linux_abi::Statx& status);
  void ReadXattrs(Tree::Fd at, const char* name, Metadata* metadata);
  // The name on the other side; what the manifest knows goes into *metadata.
  std::optional<ManifestEntry> Restore(const char* name, Metadata* metadata, Event* event);
  // The host holds two files with one content where the volume had one file with two names.
  bool IsCopyOfLink(const ManifestEntry& entry, Tree::Fd fd, const linux_abi::Statx& status);
  void SetPaths(const Level& level, const char* name);
  void AppendTo(const std::string& name);
  std::string ManifestPath() const { return path_.size() > base_size_ ? path_.substr(base_size_) : std::string(); }
  bool Problem(int64_t result, const char* step);

  Tree& tree_;
  const ReadOptions options_;
  const Filter& filter_;
  CopyReport& report_;
  FileReader file_;
  ManifestReader* manifest_ = nullptr;

  std::string from_;
  std::string name_;
  bool source_pending_ = false;
  // Of the entry in work: on this side, and on the other from where the copy goes.
  std::string path_;
  std::string to_;
  // Where paths relative to the source begin in path_, and those of the manifest.
  size_t source_size_ = 0;
  size_t base_size_ = 0;
  std::vector<Level> levels_;
  std::vector<uint8_t> buffer_;
  std::vector<uint8_t> sorted_;
  EntryReader entries_{nullptr, 0};
  std::unordered_map<NodeId, Link, HashId> links_;
  std::vector<NodeId> avoided_;
};

}  // namespace kdisk
