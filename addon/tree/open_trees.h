// SPDX-License-Identifier: GPL-2.0-only
// Trees that JavaScript reads or writes as records, between one call and the next. Engine thread only.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "copy_options.h"
#include "tree_reader.h"
#include "tree_writer.h"

namespace kdisk {

class ReadingTree {
 public:
  ReadingTree(std::unique_ptr<Tree> tree, std::vector<CopySource> sources, const CopyOptions& options,
              const ReadOptions& read);
  // The next records, about `size` bytes; empty at the end.
  std::vector<uint8_t> Read(size_t size);

 private:
  void AppendProblems(std::vector<uint8_t>* records);

  const std::unique_ptr<Tree> tree_;
  const std::vector<CopySource> sources_;
  const Filter filter_;
  CopyReport report_;
  BufferPool buffers_{1, 1};
  TreeReader reader_;
  size_t next_source_ = 0;
  bool reading_ = false;
};

class WritingTree {
 public:
  WritingTree(std::unique_ptr<Tree> tree, const std::string& directory, const CopyOptions& options);
  // 0, or -EINVAL for bytes that are no records or come in an impossible order.
  int Write(const uint8_t* records, size_t size);
  // Nothing more can be written, and why is a problem of the result.
  bool over() const { return over_; }
  CopyResult Finish();

 private:
  const std::unique_ptr<Tree> tree_;
  CopyReport report_;
  TreeWriter writer_;
  bool over_ = false;
  int error_ = 0;
};

class OpenTrees {
 public:
  // `owner` is the environment that has them closed when it ends.
  uint32_t Add(const void* owner, std::unique_ptr<ReadingTree> tree);
  uint32_t Add(const void* owner, std::unique_ptr<WritingTree> tree);
  // Null when there is none of that number.
  ReadingTree* FindReading(uint32_t number);
  WritingTree* FindWriting(uint32_t number);
  void Close(uint32_t number) { trees_.erase(number); }
  void CloseAll(const void* owner);

 private:
  struct OpenTree {
    const void* owner;
    std::unique_ptr<ReadingTree> reading;
    std::unique_ptr<WritingTree> writing;
  };

  std::map<uint32_t, OpenTree> trees_;
  uint32_t last_ = 0;
};

}  // namespace kdisk
