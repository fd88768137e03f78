// SPDX-License-Identifier: GPL-2.0-only
// Lines of a manifest and the file they go to: see manifest_writer.h.
#include "manifest_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "manifest_text.h"

namespace kdisk {

using namespace linux_abi;
using namespace manifest;

namespace {

constexpr size_t kBuffer = 256 << 10;

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

void AppendKey(std::string* text, const char* format, uint64_t value) {
  char buffer[64];
  snprintf(buffer, sizeof buffer, format, static_cast<unsigned long long>(value));
  *text += buffer;
}

void AppendStatus(std::string* text, const Statx& status) {
  AppendKey(text, " mode=%04llo", status.mode & kPermissions);
  AppendKey(text, " uid=%llu", status.uid);
  AppendKey(text, " gid=%llu", status.gid);
  AppendKey(text, " nlink=%llu", status.nlink);
  if ((status.mode & kFormatMask) == kRegular) AppendKey(text, " size=%llu", status.size);
  *text += " time=";
  AppendTime(text, status.mtime);
  const uint32_t type = status.mode & kFormatMask;
  if (type != kBlock && type != kCharacter) return;
  AppendKey(text, " device=native,%llu", status.rdev_major);
  AppendKey(text, ",%llu", status.rdev_minor);
}

// The comments behind an entry, with what mtree has no keywords for.
class More {
 public:
  void Add(const std::string& word) {
    // Other programs take no line of more than 64 KiB.
    if (text_.empty() || line_ + word.size() > kLine) {
      text_ += (text_.empty() ? "" : "\n") + std::string(kMore) + word;
      line_ = word.size();
    } else {
      text_ += ' ' + word;
      line_ += word.size() + 1;
    }
  }
  void AddStatus(const Metadata& metadata) {
    std::string word = "atime=";
    AppendTime(&word, metadata.status.atime);
    Add(word);
    if (metadata.status.mask & kStatxBtime) {
      word = "btime=";
      AppendTime(&word, metadata.status.btime);
      Add(word);
    }
    if (!metadata.has_flags) return;
    word.clear();
    AppendKey(&word, "flags=0x%llx", metadata.flags);
    Add(word);
  }
  void AddXattr(const Xattr& xattr) {
    std::string key = "xattr.";
    AppendEncoded(&key, xattr.name);
    key += '=';
    size_t at = 0;
    do {
      std::string word = key;
      AppendBase64(&word, xattr.value.substr(at, kPiece));
      Add(word);
      at += kPiece;
    } while (at < xattr.value.size());
  }
  const std::string& text() const { return text_; }

 private:
  static constexpr size_t kLine = 8000;
  // Of a value, so that it fills a line; a multiple of three.
  static constexpr size_t kPiece = 5400;

  std::string text_;
  size_t line_ = 0;
};

uint32_t TypeOf(const Event& event) {
  if (event.metadata) return event.metadata->status.mode;
  return event.kind == Event::Kind::kEnter ? kDirectory : event.kind == Event::Kind::kSymlink ? kLink : kRegular;
}

}  // namespace

ManifestWriter::~ManifestWriter() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(temporary_.c_str());
}

int ManifestWriter::Open() {
  struct stat status;
  // To be replaced in the end: only what a manifest may have been.
  if (lstat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return S_ISDIR(status.st_mode) ? -EISDIR : -EEXIST;
  }
  temporary_ = path_ + ".XXXXXX";
  fd_ = mkostemp(temporary_.data(), O_CLOEXEC);
  if (fd_ < 0) return -errno;
  buffer_ = std::string(kSignature) + "\n" + kVersion + "\n";
  return 0;
}

int ManifestWriter::Add(const Event& event, const std::string& host_name) {
  using Kind = Event::Kind;
  if (event.kind != Kind::kBase && entries_ == 0 && !(event.kind == Kind::kEnter && event.name.empty())) {
    // mtree wants the way down from the top.
    pending_ = ". type=dir\n";
    Commit();
  }
  switch (event.kind) {
    case Kind::kEnter:
      levels_.push_back(directory_.size());
      Line(event, host_name);
      if (!event.name.empty()) directory_ += "/" + event.name;
      return Commit();
    case Kind::kLeave:
      if (levels_.empty()) return error_;
      directory_.resize(levels_.back());
      levels_.pop_back();
      return error_;
    case Kind::kFile:
      Line(event, host_name);
      return event.whole ? Commit() : error_;
    case Kind::kBase:
    case Kind::kData: return error_;
    case Kind::kEnd: return Commit();
    case Kind::kAbandon: pending_.clear(); return error_;
    case Kind::kSymlink:
    case Kind::kHardLink:
    case Kind::kSpecial:
      Line(event, host_name);
      return Commit();
  }
  return error_;
}

void ManifestWriter::Line(const Event& event, const std::string& host_name) {
  pending_.clear();
  AppendEncoded(&pending_, directory_);
  if (!event.name.empty()) {
    pending_ += '/';
    AppendEncoded(&pending_, event.name);
  }
  pending_ += " type=";
  const char* const type = TypeWord(TypeOf(event));
  pending_ += type ? type : "file";
  if (event.metadata) AppendStatus(&pending_, event.metadata->status);
  if (event.kind == Event::Kind::kSymlink) {
    pending_ += " link=";
    AppendEncoded(&pending_, event.target);
  }

  More more;
  if (event.metadata) {
    more.AddStatus(*event.metadata);
    for (const Xattr& xattr : event.metadata->xattrs) more.AddXattr(xattr);
  }
  const auto add = [&more](std::string key, const std::string& value) {
    AppendEncoded(&key, value);
    more.Add(key);
  };
  if (event.kind == Event::Kind::kHardLink) add("hardlink=./", event.target);
  if (!host_name.empty() && host_name != event.name) add("name=", host_name);
  pending_ += '\n' + more.text() + (more.text().empty() ? "" : "\n");
}

int ManifestWriter::Commit() {
  if (!pending_.empty()) entries_++;
  buffer_ += pending_;
  pending_.clear();
  return buffer_.size() < kBuffer ? error_ : Flush();
}

int ManifestWriter::Flush() {
  for (size_t done = 0; done < buffer_.size() && error_ == 0;) {
    const ssize_t count = write(fd_, buffer_.data() + done, buffer_.size() - done);
    if (count >= 0) {
      done += static_cast<size_t>(count);
    } else if (errno != EINTR) {
      error_ = -errno;
    }
  }
  buffer_.clear();
  return error_;
}

int ManifestWriter::Finish() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  buffer_ += kEnd;
  AppendKey(&buffer_, "entries=%llu written=", entries_);
  AppendTime(&buffer_, {now.tv_sec, static_cast<uint32_t>(now.tv_nsec), 0});
  buffer_ += '\n';
  if (Flush() != 0) return error_;
  if (fsync(fd_) != 0 || rename(temporary_.c_str(), path_.c_str()) != 0) return error_ = -errno;
  close(fd_);
  fd_ = -1;
  // The name is on disk with its directory. Not every file system can do that, and then there is nothing to wait for.
  const int directory = open(DirectoryOf(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return 0;
  const int synced = fsync(directory) == 0 || errno == EINVAL ? 0 : -errno;
  close(directory);
  return synced;
}

}  // namespace kdisk
