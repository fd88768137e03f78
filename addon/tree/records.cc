// SPDX-License-Identifier: GPL-2.0-only
// Events as bytes: see records.h.
#include "records.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kdisk {

using linux_abi::Statx;

namespace {

using Kind = Event::Kind;

struct Head {
  uint32_t length;
  uint16_t kind;
  uint16_t bits;
  uint64_t offset;
  uint32_t data_size;
  uint32_t flags;
  uint16_t name_size;
  uint16_t path_size;
  uint16_t target_size;
  uint16_t xattrs;
};
static_assert(sizeof(Head) == 32, "layout of the records");

struct XattrHead {
  uint16_t name_size;
  uint16_t zero;
  uint32_t value_size;
};
static_assert(sizeof(XattrHead) == 8, "layout of the records");

constexpr uint16_t kHasMetadata = 1, kWhole = 2, kHasFlags = 4;
constexpr uint16_t kProblem = 10;
constexpr size_t kMaxString = UINT16_MAX;

class Appender {
 public:
  explicit Appender(std::vector<uint8_t>* records) : records_(*records), start_(records->size()) {}
  void Add(const void* bytes, size_t size) {
    const auto* from = static_cast<const uint8_t*>(bytes);
    records_.insert(records_.end(), from, from + size);
  }
  void Add(const std::string& text) { Add(text.data(), text.size()); }
  void End() {
    records_.resize((records_.size() + 7) & ~size_t{7});
    const auto length = static_cast<uint32_t>(records_.size() - start_);
    memcpy(&records_[start_], &length, sizeof(length));
  }

 private:
  std::vector<uint8_t>& records_;
  const size_t start_;
};

// Takes apart what lies in a record, never beyond its end.
class Cutter {
 public:
  Cutter(const uint8_t* bytes, size_t size) : at_(bytes), left_(size) {}
  const uint8_t* Cut(size_t size) {
    if (size > left_) return nullptr;
    const uint8_t* bytes = at_;
    at_ += size;
    left_ -= size;
    return bytes;
  }
  bool Cut(void* target, size_t size) {
    const uint8_t* bytes = Cut(size);
    if (bytes) memcpy(target, bytes, size);
    return bytes != nullptr;
  }
  bool Cut(std::string* target, size_t size) {
    const uint8_t* bytes = Cut(size);
    if (bytes) target->assign(reinterpret_cast<const char*>(bytes), size);
    return bytes != nullptr;
  }

 private:
  const uint8_t* at_;
  size_t left_;
};

// Of paths for messages the beginning is enough.
std::string Shortened(const std::string& path) { return path.substr(0, kMaxString); }

}  // namespace

int AppendRecord(std::vector<uint8_t>* records, const Event& event) {
  const Metadata* metadata = event.metadata.get();
  if (event.name.size() > kMaxString || event.target.size() > kMaxString) return -ENAMETOOLONG;
  if (metadata && metadata->xattrs.size() > UINT16_MAX) return -E2BIG;
  const std::string path = Shortened(event.path);
  const bool has_data = event.bytes && event.size > 0;
  Head head = {};
  head.kind = static_cast<uint16_t>(event.kind);
  head.bits = static_cast<uint16_t>((metadata ? kHasMetadata : 0) | (event.whole ? kWhole : 0) |
                                    (metadata && metadata->has_flags ? kHasFlags : 0));
  head.offset = event.offset;
  head.data_size = has_data ? static_cast<uint32_t>(event.size) : 0;
  head.flags = metadata ? metadata->flags : 0;
  head.name_size = static_cast<uint16_t>(event.name.size());
  head.path_size = static_cast<uint16_t>(path.size());
  head.target_size = static_cast<uint16_t>(event.target.size());
  head.xattrs = static_cast<uint16_t>(metadata ? metadata->xattrs.size() : 0);
  Appender record(records);
  record.Add(&head, sizeof(head));
  if (metadata) record.Add(&metadata->status, sizeof(metadata->status));
  record.Add(event.name);
  record.Add(path);
  record.Add(event.target);
  for (size_t i = 0; i < head.xattrs; i++) {
    const Xattr& xattr = metadata->xattrs[i];
    const XattrHead xattr_head = {static_cast<uint16_t>(xattr.name.size()), 0,
                                  static_cast<uint32_t>(xattr.value.size())};
    record.Add(&xattr_head, sizeof(xattr_head));
    record.Add(xattr.name);
    record.Add(xattr.value);
  }
  if (has_data) record.Add(event.bytes.get(), event.size);
  record.End();
  return 0;
}

void AppendProblem(std::vector<uint8_t>* records, const CopyProblem& problem) {
  const std::string path = Shortened(problem.path);
  Head head = {};
  head.kind = kProblem;
  head.offset = static_cast<uint64_t>(problem.error);
  head.path_size = static_cast<uint16_t>(path.size());
  head.target_size = static_cast<uint16_t>(problem.step.size());
  Appender record(records);
  record.Add(&head, sizeof(head));
  record.Add(path);
  record.Add(problem.step);
  record.End();
}

bool RecordReader::Next(Event* event) {
  *event = Event();
  if (at_ == end_ || damaged_) return false;
  const auto left = static_cast<size_t>(end_ - at_);
  uint32_t length = 0;
  if (left >= sizeof(Head)) memcpy(&length, at_, sizeof(length));
  if (length < sizeof(Head) || length % 8 != 0 || length > left || !Parse(at_, length, event)) {
    damaged_ = true;
    return false;
  }
  at_ += length;
  return true;
}

bool RecordReader::Parse(const uint8_t* record, size_t size, Event* event) {
  Cutter cutter(record, size);
  Head head;
  cutter.Cut(&head, sizeof(head));
  event->kind = static_cast<Kind>(head.kind);
  if (event->kind < Kind::kEnter || event->kind > Kind::kSpecial) return false;
  event->whole = (head.bits & kWhole) && event->kind == Kind::kFile;
  event->offset = head.offset;
  std::shared_ptr<Metadata> metadata;
  if (head.bits & kHasMetadata) {
    metadata = std::make_shared<Metadata>();
    if (!cutter.Cut(&metadata->status, sizeof(metadata->status))) return false;
    metadata->flags = head.flags;
    metadata->has_flags = (head.bits & kHasFlags) != 0;
  } else if (head.xattrs > 0) {
    return false;
  }
  if (!cutter.Cut(&event->name, head.name_size) || !cutter.Cut(&event->path, head.path_size) ||
      !cutter.Cut(&event->target, head.target_size)) {
    return false;
  }
  for (size_t i = 0; i < head.xattrs; i++) {
    XattrHead xattr_head;
    Xattr xattr;
    if (!cutter.Cut(&xattr_head, sizeof(xattr_head)) || !cutter.Cut(&xattr.name, xattr_head.name_size) ||
        !cutter.Cut(&xattr.value, xattr_head.value_size)) {
      return false;
    }
    metadata->xattrs.push_back(std::move(xattr));
  }
  event->metadata = std::move(metadata);
  const uint8_t* data = cutter.Cut(head.data_size);
  if (!data) return false;
  event->size = head.data_size;
  // Not copied, and nobody writes to it.
  event->bytes = std::shared_ptr<uint8_t>(std::shared_ptr<uint8_t>(), const_cast<uint8_t*>(data));
  // A position beyond what any file can have.
  return event->offset <= static_cast<uint64_t>(INT64_MAX) - event->size;
}

}  // namespace kdisk
