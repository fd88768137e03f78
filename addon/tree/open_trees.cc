// SPDX-License-Identifier: GPL-2.0-only
// Trees as records: see open_trees.h.
#include "open_trees.h"

#include <cerrno>

#include "records.h"

namespace kdisk {

namespace {

WriterSettings SettingsOf(const CopyOptions& options) {
  WriterSettings settings;
  settings.names = options.names;
  return settings;
}

}  // namespace

ReadingTree::ReadingTree(std::unique_ptr<Tree> tree, std::vector<CopySource> sources, const CopyOptions& options,
                         const ReadOptions& read)
    : tree_(std::move(tree)),
      sources_(std::move(sources)),
      filter_(options.exclude, options.include),
      reader_(tree_.get(), read, filter_, &buffers_, &report_) {}

void ReadingTree::AppendProblems(std::vector<uint8_t>* records) {
  for (const CopyProblem& problem : report_.TakeProblems()) AppendProblem(records, problem);
}

std::vector<uint8_t> ReadingTree::Read(size_t size) {
  std::vector<uint8_t> records;
  records.reserve(size + BufferPool::kLarge + 1024);
  Event event;
  while (records.size() < size) {
    if (!reading_) {
      if (next_source_ == sources_.size()) break;
      const CopySource& source = sources_[next_source_++];
      reader_.Start(source.from, source.to);
      reading_ = true;
    }
    reading_ = reader_.Next(&event);
    AppendProblems(&records);
    if (!reading_) continue;
    const int error = AppendRecord(&records, event);
    if (error < 0) AppendProblem(&records, {event.path, -error, true, "open"});
  }
  return records;
}

WritingTree::WritingTree(std::unique_ptr<Tree> tree, const std::string& directory, const CopyOptions& options)
    : tree_(std::move(tree)), writer_(tree_.get(), options, SettingsOf(options), &report_) {
  Event base;
  base.target = directory;
  over_ = !writer_.Write(std::move(base));
}

int WritingTree::Write(const uint8_t* records, size_t size) {
  if (error_ < 0) return error_;
  RecordReader reader(records, size);
  Event event;
  while (!over_ && reader.Next(&event)) over_ = !writer_.Write(std::move(event));
  if (reader.damaged() || writer_.disordered()) error_ = -EINVAL;
  return error_;
}

CopyResult WritingTree::Finish() {
  writer_.Finish();
  return report_.Take();
}

uint32_t OpenTrees::Add(const void* owner, std::unique_ptr<ReadingTree> tree) {
  trees_[++last_] = {owner, std::move(tree), nullptr};
  return last_;
}

uint32_t OpenTrees::Add(const void* owner, std::unique_ptr<WritingTree> tree) {
  trees_[++last_] = {owner, nullptr, std::move(tree)};
  return last_;
}

ReadingTree* OpenTrees::FindReading(uint32_t number) {
  const auto found = trees_.find(number);
  return found == trees_.end() ? nullptr : found->second.reading.get();
}

WritingTree* OpenTrees::FindWriting(uint32_t number) {
  const auto found = trees_.find(number);
  return found == trees_.end() ? nullptr : found->second.writing.get();
}

void OpenTrees::CloseAll(const void* owner) {
  for (auto tree = trees_.begin(); tree != trees_.end();) {
    tree = tree->second.owner == owner ? trees_.erase(tree) : std::next(tree);
  }
}

}  // namespace kdisk
