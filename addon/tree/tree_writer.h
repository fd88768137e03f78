// SPDX-License-Identifier: GPL-2.0-only
// Makes of events what they tell, below one directory and never through a symbolic link. Keeps its own way down open as
// the reader does (tree_reader.h).
#pragma once

#include <atomic>
#include <string>
#include <unordered_set>
#include <vector>

#include "attributes.h"
#include "copy_report.h"
#include "event.h"
#include "tree.h"

namespace kdisk {

class ManifestWriter;

struct WriterSettings {
  // kEscape and kUnescape change the names of events.
  CopyOptions::Names names = CopyOptions::Names::kPlain;
  // Gets every event, and then what the destination cannot hold is not lost.
  ManifestWriter* manifest = nullptr;
  // Both sides are volumes of one kernel: an entry can be its own destination.
  bool same_kernel = false;
};

class TreeWriter {
 public:
  TreeWriter(Tree* tree, const CopyOptions& options, const WriterSettings& settings, CopyReport* report);
  ~TreeWriter();
  TreeWriter(const TreeWriter&) = delete;
  TreeWriter& operator=(const TreeWriter&) = delete;

  // The first is a kBase; that the directory cannot be opened is told of the next. False: nothing more can be written,
  // and the rest need not be told.
  bool Write(Event&& event);
  // Removes what is half written and leaves all directories.
  void Finish();
  // An event that cannot follow those before was refused (records made by a program).
  bool disordered() const { return disordered_; }

  // Any thread: number of the latest kFile event, counted from 1, whose content is not wanted any more.
  uint64_t unwanted_file() const { return unwanted_file_.load(std::memory_order_relaxed); }
  // Directories that are entered.
  size_t depth() const { return levels_.size(); }
  // The last of them.
  NodeId entered() const { return levels_.empty() ? NodeId() : levels_.back().id; }

 private:
  struct Level {
    Tree::Fd fd = -1;
    NodeId id;
    MetadataPtr metadata;
    std::string path;
    Made made;
    // New entries get more than they ask for: set-group-ID, a default ACL.
    bool inherits = false;
    // Length of to_ at this level.
    size_t to_size = 0;
  };
  // The file in work.
  struct File {
    Tree::Fd fd = -1;
    bool active = false;
    bool failed = false;
    std::string name;
    std::string path;
    MetadataPtr metadata;
    Made made;
    uint64_t written_end = 0;
  };

  void SetBase(const std::string& directory);
  bool Handle(Event* event);
  bool Enter(Event* event);
  bool Leave();
  void Reopen(Level* level, const Level& below);
  int64_t OpenDirectory(const Event& event, Level* level);

  bool WriteFile(Event* event);
  bool WriteData(const Event& event);
  bool EndFile(uint64_t length);
  // What is half written is gone, and the rest of its content not wanted.
  void RemoveFile();
  bool FileFailed(int64_t result);
  void AbandonFile();
  // Its content is of no use.
  void SkipFile(const Event& event);
  // Descriptor of a new or emptied file, unless *kept.
  int64_t CreateFile(const Event& event, Made* made, bool* kept);
  int64_t OpenExisting(const Event& event, Made* made);

  bool MakeSymlink(const Event& event);
  bool MakeSpecial(const Event& event);
  bool MakeHardLink(const Event& event);
  // In place of a link that the destination cannot make.
  bool CopyOfLink(const Event& event, int64_t refused);
  Tree::Fd OpenBelowBase(const std::string& path);
  // Makes an entry by `call`, after what lies in its way was removed, or *kept.
  template <typename Call>
  int64_t Make(const Event& event, bool* kept, Call call);
  int64_t MakeWay(const Event& event, bool* kept);
  bool Keeps(const Event& event, const linux_abi::Statx& existing) const;
  void Kept(const Event& event, const linux_abi::Statx& existing);
  bool SetAttributes(const Event& event, const Made& made);

  // Reports. False: the copy is over.
  bool Failed(const std::string& path, int64_t result, const char* step);
  // Other names of this file cannot be links to what stands here.
  void Unwritten(const Event& event);
  bool IsSource(const Event& event, const linux_abi::Statx& status) const;
  Tree::Fd here() const { return levels_.empty() ? base_ : levels_.back().fd; }
  bool inherits() const { return levels_.empty() ? base_inherits_ : levels_.back().inherits; }
  bool Inherits(Tree::Fd directory, const linux_abi::Statx& status);
  std::string PathOf(const std::string& name) const;

  Tree& tree_;
  const CopyOptions options_;
  const WriterSettings settings_;
  CopyReport& report_;
  Attributes attributes_;

  Tree::Fd base_ = -1;
  // A negative errno when it could not be opened.
  int64_t base_error_ = 0;
  bool base_inherits_ = false;
  std::vector<Level> levels_;
  // Path of the directory that is open, below the base.
  std::string to_;
  // Directories entered below one that could not be.
  size_t skipped_levels_ = 0;
  File file_;
  bool over_ = false;
  bool disordered_ = false;
  uint64_t files_ = 0;
  std::atomic<uint64_t> unwanted_file_{0};
  // Files with several names that are not what the source has, by path below the base.
  std::unordered_set<std::string> unwritten_;
};

}  // namespace kdisk
