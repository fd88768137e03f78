// SPDX-License-Identifier: GPL-2.0-only
// Content of a regular file as events, one at a time: pieces of data in rising order, holes left out.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "buffer_pool.h"
#include "copy_report.h"
#include "event.h"
#include "tree.h"

namespace kdisk {

// A piece of a file that lies in a file of the host (extents.h).
struct HostPiece {
  int image_fd;
  uint64_t image_offset;
  uint64_t offset;
  uint64_t size;
};

class FileReader {
 public:
  // Fills in where the content lies on the host; false: it has to be read.
  using Locate = std::function<bool(Tree::Fd file, const linux_abi::Statx& status, std::vector<HostPiece>* pieces)>;

  FileReader(Tree* tree, BufferPool* buffers, CopyReport* report)
      : tree_(*tree), buffers_(*buffers), report_(*report) {}
  ~FileReader() { Close(); }
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  void set_locate(Locate locate) { locate_ = std::move(locate); }

  // Takes over `file`, opened. *event is its kFile, and gets the content of a small file. False, with the problem
  // reported: not even the first piece could be read.
  bool Start(Tree::Fd file, const linux_abi::Statx& status, const std::string& path, Event* event);
  // Whether kData, kEnd or kAbandon is to follow.
  bool open() const { return file_ >= 0; }
  void Next(Event* event);
  // The next event is kAbandon.
  void Abandon() { abandoned_ = true; }

 private:
  void Close();
  void End(Event* event, Event::Kind kind, uint64_t length);
  // Moves to the next data; false when only a hole follows.
  bool FindData();
  bool NextHostPiece(Event* event);

  Tree& tree_;
  BufferPool& buffers_;
  CopyReport& report_;
  Locate locate_;

  Tree::Fd file_ = -1;
  std::string path_;
  uint64_t size_ = 0;
  // Data is known from at_ to end_.
  uint64_t at_ = 0;
  uint64_t end_ = 0;
  bool sparse_ = false;
  bool abandoned_ = false;
  // The host shows files that have bytes but no length, as in /proc.
  bool unsized_ = false;
  std::vector<HostPiece> pieces_;
  size_t piece_ = 0;
};

}  // namespace kdisk
