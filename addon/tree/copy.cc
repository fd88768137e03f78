// SPDX-License-Identifier: GPL-2.0-only
// The reader and the writer of a copy, joined: see copy.h.
#include "copy.h"

#include <atomic>
#include <cerrno>
#include <system_error>
#include <thread>

#include "event_queue.h"
#include "manifest_reader.h"
#include "manifest_writer.h"
#include "tree_reader.h"
#include "tree_writer.h"

namespace kdisk {

namespace {

using Kind = Event::Kind;

// A copy of one small file is over before a thread has started.
constexpr int kEventsWithoutThread = 8;
constexpr size_t kLargeBuffers = 4;

ReadOptions ReadingOf(const CopyOptions& options, const Tree& to) {
  ReadOptions read;
  read.recursive = options.recursive;
  read.follow = options.follow;
  read.sorted = options.sorted || to.latest();
  // A manifest holds all there is.
  read.xattrs = options.xattrs || !options.manifest_out.empty();
  read.flags = options.flags || !options.manifest_out.empty();
  if (options.names == CopyOptions::Names::kUnescape) read.names = options.names;
  return read;
}

WriterSettings WritingOf(const CopyOptions& options, ManifestWriter* manifest, bool same_kernel) {
  WriterSettings write;
  if (options.names == CopyOptions::Names::kEscape) write.names = options.names;
  write.manifest = manifest;
  write.same_kernel = same_kernel;
  return write;
}

class TreeCopy {
 public:
  TreeCopy(Tree* from, Tree* to, const std::vector<CopySource>& sources, const CopyOptions& options,
           ManifestWriter* manifest, const CopyObserver& observer)
      : same_kernel_(from->guest() && to->guest()),
        read_here_(from->guest()),
        sources_(sources),
        observer_(observer),
        buffers_(EventQueue::kLimit + 1, kLargeBuffers),
        filter_(options.exclude, options.include),
        reader_(from, ReadingOf(options, *to), filter_, &buffers_, &report_),
        writer_(to, options, WritingOf(options, manifest, same_kernel_), &report_) {}

  TreeReader& reader() { return reader_; }

  CopyResult Run() {
    Observe();
    Event event;
    int left = kEventsWithoutThread;
    while (Tell(&event)) {
      Take(&event);
      Observe();
      if (left > 0 && --left == 0 && !same_kernel_ && RunInTwo()) break;
    }
    event = Event();
    writer_.Finish();
    CopyResult result = report_.Take();
    result.stopped = stopped_.load();
    return result;
  }

 private:
  // The side that reads: the next event, false at the end.
  bool Tell(Event* event) {
    if (stopped_.load(std::memory_order_relaxed) || over_.load(std::memory_order_relaxed)) return false;
    for (;;) {
      if (reading_) {
        if (writer_.unwanted_file() == files_told_) reader_.SkipFile();
        if (reader_.Next(event)) {
          if (event->kind == Kind::kFile) files_told_++;
          return true;
        }
        reading_ = false;
      }
      if (next_source_ == sources_.size()) return false;
      const CopySource& source = sources_[next_source_];
      std::string directory, name;
      SplitTarget(source.to, &directory, &name);
      if (next_source_ == 0 || directory != directory_) {
        if (!base_told_) {
          *event = Event();
          event->kind = Kind::kBase;
          event->target = directory_ = directory;
          base_told_ = true;
          reader_.ForgetLinks();
          return true;
        }
      }
      base_told_ = false;
      next_source_++;
      reading_ = true;
      reader_.Start(source.from, name);
    }
  }

  // The side that writes.
  void Take(Event* event) {
    if (stopped_.load(std::memory_order_relaxed) || over_.load(std::memory_order_relaxed)) return;
    const bool entered = same_kernel_ && event->kind == Kind::kEnter;
    if (!writer_.Write(std::move(*event))) over_.store(true, std::memory_order_relaxed);
    // The directory made for a source can be below that source.
    if (entered && writer_.depth() == 1) reader_.Avoid(writer_.entered());
  }

  void Observe() {
    if (!observer_(report_.Progress())) stopped_.store(true, std::memory_order_relaxed);
  }

  // The rest, with the host's side on a thread of its own. False: the host gives none.
  bool RunInTwo() {
    if (std::thread::hardware_concurrency() == 1) return false;
    std::thread other;
    try {
      other = std::thread([this] { read_here_ ? TakeAll() : TellAll(); });
    } catch (const std::system_error&) {
      // Without a thread it is slower, but the same.
      return false;
    }
    read_here_ ? TellAll() : TakeAll();
    other.join();
    return true;
  }

  void TellAll() {
    while (Tell(queue_.Room())) {
      queue_.Put();
      if (read_here_) Observe();
    }
    queue_.Close();
  }

  void TakeAll() {
    // To the end also when it is over: the other side may wait for room.
    while (Event* event = queue_.Front()) {
      Take(event);
      // There are too few large ones to be left in their slots.
      if (event->kind == Kind::kData) event->bytes.reset();
      queue_.Pop();
      if (!read_here_) Observe();
    }
  }

  const bool same_kernel_;
  const bool read_here_;
  const std::vector<CopySource>& sources_;
  const CopyObserver& observer_;
  CopyReport report_;
  BufferPool buffers_;
  const Filter filter_;
  // Before what uses them, after the buffers that lie in it.
  EventQueue queue_;
  TreeReader reader_;
  TreeWriter writer_;
  std::atomic<bool> stopped_{false};
  // Nothing more can be written.
  std::atomic<bool> over_{false};

  // The reading side's.
  size_t next_source_ = 0;
  bool reading_ = false;
  bool base_told_ = false;
  std::string directory_;
  uint64_t files_told_ = 0;
};

}  // namespace

void SplitTarget(const std::string& path, std::string* directory, std::string* name) {
  const size_t slash = path.rfind('/');
  *name = path.substr(slash == std::string::npos ? 0 : slash + 1);
  *directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (!name->empty() && *name != "." && *name != "..") return;
  *directory = path.empty() ? "." : path;
  name->clear();
}

Failure Copy(Tree* from, Tree* to, const std::vector<CopySource>& sources, const CopyOptions& options,
             const FileReader::Locate& locate, const CopyObserver& observer, CopyResult* result) {
  ManifestReader restored;
  if (!options.manifest_in.empty()) {
    std::string error;
    if (!restored.Load(options.manifest_in, &error)) return Failure::Code("ERR_MANIFEST", error);
  }
  ManifestWriter written(options.manifest_out);
  if (!options.manifest_out.empty()) {
    const int opened = written.Open();
    if (opened < 0) return Failure::Errno(-opened, "open", options.manifest_out);
  }
  TreeCopy copy(from, to, sources, options, options.manifest_out.empty() ? nullptr : &written, observer);
  if (locate) copy.reader().set_locate(locate);
  if (!options.manifest_in.empty()) copy.reader().set_manifest(&restored);
  *result = copy.Run();
  // Of what was stopped there is none, rather than half of one.
  if (options.manifest_out.empty() || result->stopped || from->dead() || to->dead()) return {};
  const int finished = written.Finish();
  return finished < 0 ? Failure::Errno(-finished, "write", options.manifest_out) : Failure();
}

}  // namespace kdisk
