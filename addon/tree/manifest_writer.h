// SPDX-License-Identifier: GPL-2.0-only
// Writes down what a tree consists of, for hosts that cannot hold all of it (docs/manifest.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "event.h"

namespace kdisk {

// Results: 0, else a negative errno. The file has its name only once it is complete.
class ManifestWriter {
 public:
  explicit ManifestWriter(std::string path) : path_(std::move(path)) {}
  // Removes what was not finished.
  ~ManifestWriter();
  ManifestWriter(const ManifestWriter&) = delete;
  ManifestWriter& operator=(const ManifestWriter&) = delete;

  // Before the copy begins: fails where the file could not be written in the end.
  int Open();
  // Every event of the copy, in order, with extended attributes and inode flags if they shall come back. `host_name` is
  // how the entry is called on the host where that is not Event::name.
  int Add(const Event& event, const std::string& host_name = std::string());
  // All of it on disk and under its name.
  int Finish();

 private:
  void Line(const Event& event, const std::string& host_name);
  // Takes `pending_` over.
  int Commit();
  int Flush();

  const std::string path_;
  std::string temporary_;
  int fd_ = -1;
  // First failure: the rest is no use then.
  int error_ = 0;
  std::string buffer_;
  uint64_t entries_ = 0;
  // Lengths of directory_ one level up each.
  std::vector<size_t> levels_;
  // "./a/b" (not encoded), of the directory that is open.
  std::string directory_ = ".";
  // Of a file whose end has not been told: it is written if it was copied.
  std::string pending_;
};

}  // namespace kdisk
