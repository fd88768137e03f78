// SPDX-License-Identifier: GPL-2.0-only
// A redo journal that lies beside an image: found, held against the image, carried out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "block_device.h"
#include "failure.h"
#include "image_file.h"
#include "redo_format.h"

namespace kdisk {

class RedoJournal {
 public:
  // Told after each record: bytes of the image so far.
  using Progress = std::function<void(uint64_t bytes)>;

  // Where the journal of an image lies; empty for an image that can have none: a block device, a deleted file.
  static std::string NameFor(const ImageFile& image);
  // Null without a failure: there is none. The image is locked by the caller, so nobody is writing one.
  static std::unique_ptr<RedoJournal> Find(const ImageFile& image, Failure* failure);
  // Of a file that was just written; `path` may be empty.
  RedoJournal(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~RedoJournal();
  RedoJournal(const RedoJournal&) = delete;
  RedoJournal& operator=(const RedoJournal&) = delete;

  // Fails (ERR_REDO_DAMAGED, ERR_REDO_MISMATCH) unless the journal is whole and each of its sectors in the image is
  // the old or the new one.
  Failure Check(BlockDevice* image);
  // Carried out twice it does the same as once. Does not flush.
  Failure Apply(BlockDevice* target, const Progress& progress = {});
  // After Apply and a flush: the journal of this name is gone for good.
  static Failure RemoveAt(const std::string& path);

 private:
  struct Piece {
    redo::Record record;
    std::vector<uint32_t> before;
    std::vector<uint8_t> data;
  };

  Failure ReadHeader(redo::Header* header);
  Failure ReadPiece(uint64_t image_size, uint64_t* offset, Piece* piece);
  Failure ForEach(BlockDevice* device, const std::function<Failure(const Piece& piece)>& visit);
  int ReadAll(void* target, size_t size, uint64_t offset);
  Failure Damaged(const std::string& what) const;
  Failure Mismatch() const;

  const int fd_;
  const std::string path_;
};

// Makes the directory's entries of `path` durable; 0 or a negative errno.
int SyncDirectoryOf(const std::string& path);

}  // namespace kdisk
