// SPDX-License-Identifier: GPL-2.0-only
// What is kept of an entry besides its content: owner, mode, extended attributes, times and inode flags, and what came
// of them.
#pragma once

#include <optional>
#include <string>

#include "copy_options.h"
#include "copy_report.h"
#include "event.h"
#include "tree.h"

namespace kdisk {

// What an entry is before its attributes are set.
struct Made {
  // Permission bits; -1: not known.
  int64_t mode = -1;
  // There before the copy.
  bool existed = false;
};

class Attributes {
 public:
  // `report_losses` is false when a manifest holds all of them.
  Attributes(Tree* tree, const CopyOptions& options, CopyReport* report, bool report_losses);

  // The mode a new entry is made with; attributes() sets the rest. `directory` is for entries without metadata.
  uint32_t CreationMode(const Metadata* metadata, bool directory) const;
  // All of it, in the order that keeps it (a chown clears capabilities, any write the times). `name` as in tree.h;
  // `path` is for messages. False: the destination takes nothing more.
  bool Set(Tree::Fd at, const char* name, const Metadata* metadata, const std::string& path, const Made& made);
  // Those that the file system takes only as long as a file is empty.
  void SetEarlyFlags(Tree::Fd fd, const Metadata* metadata);

  // After these nothing else can be written either.
  static bool IsFatal(int64_t result);

 private:
  struct Entry;

  uint32_t WantedMode(const linux_abi::Statx& status) const;
  bool WantsOwner() const;
  void SetOwner(Entry* entry);
  void SetMode(Entry* entry);
  void SetXattrs(Entry* entry);
  // What the manifest will restore must be there for an ordinary user to read, whatever mode it has in the volume.
  void KeepReadable(Entry* entry);
  void SetTimes(Entry* entry);
  void SetFlags(Entry* entry);
  // Reports a failure as a loss, or as a problem when it is more than that.
  void Failed(Entry* entry, int64_t result, const char* what, const std::string& detail, const char* step);

  Tree& tree_;
  const CopyOptions options_;
  CopyReport& report_;
  const bool report_losses_;
  const uint32_t umask_;
  const std::optional<int64_t> latest_;
};

}  // namespace kdisk
