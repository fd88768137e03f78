// SPDX-License-Identifier: GPL-2.0-only
// Keywords and their values: see manifest_lines.h.
#include "manifest_lines.h"

#include <algorithm>
#include <cstring>

#include "manifest_text.h"

namespace kdisk {
namespace manifest {

using namespace linux_abi;

namespace {

enum Seen : uint32_t {
  kSeenType = 1,
  kSeenMode = 2,
  kSeenUid = 4,
  kSeenGid = 8,
  kSeenTime = 16,
  kSeenLink = 32,
  kSeenDevice = 64,
};
constexpr uint32_t kSeenStatus = kSeenMode | kSeenUid | kSeenGid | kSeenTime;

// Splits at spaces.
bool NextWord(const std::string& line, size_t* at, std::string* word) {
  const size_t begin = line.find_first_not_of(' ', *at);
  if (begin == std::string::npos) return false;
  *at = std::min(line.find(' ', begin), line.size());
  *word = line.substr(begin, *at - begin);
  return true;
}

bool IsName(const std::string& text) {
  return !text.empty() && text != "." && text != ".." && text.find('/') == std::string::npos &&
         text.find('\0') == std::string::npos;
}

// "./a/b", or "." for the top. Nothing that leads elsewhere.
bool ParsePath(const std::string& text, std::string* path) {
  std::string decoded;
  if (!Decode(text, &decoded)) return false;
  if (decoded == ".") {
    path->clear();
    return true;
  }
  if (decoded.compare(0, 2, "./") != 0) return false;
  *path = decoded.substr(2);
  for (size_t at = 0; at <= path->size();) {
    const size_t end = std::min(path->find('/', at), path->size());
    if (!IsName(path->substr(at, end - at))) return false;
    at = end + 1;
  }
  return true;
}

template <typename Integer>
bool ParseInteger(const std::string& text, unsigned base, uint64_t max, Integer* result) {
  uint64_t value = 0;
  if (!ParseNumber(text, base, max, &value)) return false;
  *result = static_cast<Integer>(value);
  return true;
}

bool ParseDevice(const std::string& text, Statx* status) {
  const std::string native = "native,";
  const size_t comma = text.find(',', native.size());
  return text.compare(0, native.size(), native) == 0 && comma != std::string::npos &&
         ParseInteger(text.substr(native.size(), comma - native.size()), 10, UINT32_MAX, &status->rdev_major) &&
         ParseInteger(text.substr(comma + 1), 10, UINT32_MAX, &status->rdev_minor);
}

// Of one keyword=value; keywords that are none of ours were added by others.
bool ParseKeyword(const std::string& key, const std::string& value, ParsedEntry* entry) {
  Statx& status = entry->metadata.status;
  if (key == "type") {
    entry->seen |= kSeenType;
    const uint32_t type = TypeOfWord(value);
    status.mode = static_cast<uint16_t>((status.mode & kPermissions) | type);
    return type != 0;
  }
  if (key == "mode") {
    entry->seen |= kSeenMode;
    uint32_t mode = 0;
    if (!ParseInteger(value, 8, kPermissions, &mode)) return false;
    status.mode = static_cast<uint16_t>((status.mode & kFormatMask) | mode);
    return true;
  }
  if (key == "uid") {
    entry->seen |= kSeenUid;
    return ParseInteger(value, 10, UINT32_MAX, &status.uid);
  }
  if (key == "gid") {
    entry->seen |= kSeenGid;
    return ParseInteger(value, 10, UINT32_MAX, &status.gid);
  }
  if (key == "nlink") return ParseInteger(value, 10, UINT32_MAX, &status.nlink);
  if (key == "size") return ParseInteger(value, 10, UINT64_MAX, &status.size);
  if (key == "time") {
    entry->seen |= kSeenTime;
    return ParseTime(value, &status.mtime);
  }
  if (key == "link") {
    entry->seen |= kSeenLink;
    return Decode(value, &entry->link) && !entry->link.empty();
  }
  if (key == "device") {
    entry->seen |= kSeenDevice;
    return ParseDevice(value, &status);
  }
  return true;
}

bool ParseXattr(const std::string& name, const std::string& value, ParsedEntry* entry) {
  Xattr xattr;
  if (!Decode(name, &xattr.name) || xattr.name.empty() || xattr.name.find('\0') != std::string::npos) return false;
  if (!DecodeBase64(value, &xattr.value)) return false;
  std::vector<Xattr>& xattrs = entry->metadata.xattrs;
  // A long value comes in pieces.
  if (!xattrs.empty() && xattrs.back().name == xattr.name) {
    xattrs.back().value += xattr.value;
  } else {
    xattrs.push_back(std::move(xattr));
  }
  return true;
}

// Words of our own: one that is not known is damage, as the version says which there are.
bool ParseOwn(const std::string& key, const std::string& value, ParsedEntry* entry) {
  Metadata& metadata = entry->metadata;
  const std::string xattr = "xattr.";
  if (key.compare(0, xattr.size(), xattr) == 0) return ParseXattr(key.substr(xattr.size()), value, entry);
  if (key == "atime") return ParseTime(value, &metadata.status.atime);
  if (key == "btime") {
    metadata.status.mask |= kStatxBtime;
    return ParseTime(value, &metadata.status.btime);
  }
  if (key == "flags") {
    metadata.has_flags = true;
    return value.compare(0, 2, "0x") == 0 && ParseInteger(value.substr(2), 16, UINT32_MAX, &metadata.flags);
  }
  if (key == "hardlink") return ParsePath(value, &entry->hard_link) && !entry->hard_link.empty();
  if (key == "name") return Decode(value, &entry->host_name) && IsName(entry->host_name);
  return false;
}

template <typename Parse>
bool ParseWords(const std::string& line, size_t at, ParsedEntry* entry, std::string* error, Parse parse) {
  for (std::string word; NextWord(line, &at, &word);) {
    const size_t equals = word.find('=');
    const bool has_value = equals != std::string::npos;
    if (!parse(word.substr(0, equals), has_value ? word.substr(equals + 1) : std::string(), entry)) {
      // An attribute's value may be long.
      *error = "\"" + (word.size() > 60 ? word.substr(0, 57) + "..." : word) + "\" cannot be read";
      return false;
    }
  }
  return true;
}

}  // namespace

bool LineReader::Next(std::string* line) {
  if (at_ >= text_.size()) return false;
  const size_t end = std::min(text_.find('\n', at_), text_.size());
  line->assign(text_, at_, end - at_);
  begin_ = at_;
  at_ = end + 1;
  number_++;
  return true;
}

bool LineReader::Follows(const char* begin) const {
  return at_ < text_.size() && text_.compare(at_, strlen(begin), begin) == 0;
}

bool ParseEntry(const std::string& line, ParsedEntry* entry, std::string* error) {
  size_t at = 0;
  std::string word;
  if (!NextWord(line, &at, &word) || !ParsePath(word, &entry->path)) {
    *error = "\"" + word.substr(0, 60) + "\" is no path below the top";
    return false;
  }
  return ParseWords(line, at, entry, error, ParseKeyword);
}

bool ParseMore(const std::string& line, ParsedEntry* entry, std::string* error) {
  return ParseWords(line, strlen(kMore), entry, error, ParseOwn);
}

bool ParsedEntry::Complete(std::string* error) {
  const uint32_t type = metadata.status.mode & kFormatMask;
  const bool device = type == kBlock || type == kCharacter;
  const bool special = device || type == kFifo || type == kSocket;
  const char* missing = nullptr;
  if (!(seen & kSeenType)) {
    missing = "type";
  } else if ((seen & kSeenStatus) != kSeenStatus && ((seen & kSeenStatus) || special)) {
    missing = "one of mode, uid, gid and time";
  } else if (device && !(seen & kSeenDevice)) {
    missing = "device";
  } else if (type == kLink && hard_link.empty() && !(seen & kSeenLink)) {
    missing = "link";
  }
  if (missing) {
    *error = std::string(missing) + " is missing";
    return false;
  }
  if (type == kDirectory && !hard_link.empty()) {
    *error = "a directory is no hard link";
    return false;
  }
  if (path.empty() && type != kDirectory) {
    *error = "the top is no directory";
    return false;
  }
  if (seen & kSeenMode) metadata.status.mask |= kStatxBasicStats;
  return true;
}

Event::Kind ParsedEntry::Kind() const {
  if (!hard_link.empty()) return Event::Kind::kHardLink;
  switch (metadata.status.mode & kFormatMask) {
    case kDirectory: return Event::Kind::kEnter;
    case kRegular: return Event::Kind::kFile;
    case kLink: return Event::Kind::kSymlink;
    default: return Event::Kind::kSpecial;
  }
}

}  // namespace manifest
}  // namespace kdisk
