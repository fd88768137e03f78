// SPDX-License-Identifier: GPL-2.0-only
// Writes the redo journal of an overlay's changes, before the first of them goes to the image.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "overlay.h"
#include "redo_journal.h"

namespace kdisk {

class RedoWriter {
 public:
  // `path`: see RedoJournal::NameFor; empty: in memory, for an image beside which nothing can be kept.
  // Null, and *failure filled, when no file can be made there.
  static std::unique_ptr<RedoWriter> Create(const std::string& path, Failure* failure);
  // Without Publish nothing is left.
  ~RedoWriter();
  RedoWriter(const RedoWriter&) = delete;
  RedoWriter& operator=(const RedoWriter&) = delete;

  // All records: `changes` of `overlay` against `image`, and what must not change in the file system that begins at
  // `start`. `progress` as for RedoJournal::Apply.
  Failure Write(BlockDevice* image, Overlay* overlay, const std::vector<Overlay::Change>& changes, uint64_t start,
                const RedoJournal::Progress& progress);
  // The journal is on stable storage and under its name. Null, and *failure filled, if not. `replaces`: there is an
  // older one, without which the image would be left half changed.
  std::unique_ptr<RedoJournal> Publish(bool replaces, Failure* failure);

 private:
  RedoWriter(int fd, std::string path, std::string draft)
      : fd_(fd), path_(std::move(path)), draft_(std::move(draft)) {}
  Failure AddRange(BlockDevice* image, Overlay* overlay, redo::Kind kind, uint64_t offset, uint64_t length);
  Failure AddWitness(BlockDevice* image, const std::vector<Overlay::Change>& changes, uint64_t start);
  Failure Append(const void* data, size_t size, uint64_t offset);

  int fd_;
  const std::string path_;
  // Name until it is complete.
  const std::string draft_;
  uint64_t records_ = 0;
  uint64_t length_ = sizeof(redo::Header);
  std::vector<uint8_t> bytes_;
  std::vector<uint32_t> sums_;
};

// Removes what a writer that was killed has left beside an image whose journal would be `path`.
void RemoveRedoDraft(const std::string& path);

}  // namespace kdisk
