// SPDX-License-Identifier: GPL-2.0-only
// One entry of a manifest as its lines say it (docs/manifest.md).
#pragma once

#include <cstdint>
#include <string>

#include "event.h"

namespace kdisk {
namespace manifest {

class LineReader {
 public:
  explicit LineReader(const std::string& text, size_t at = 0) : text_(text), at_(at) {}

  // Without its end.
  bool Next(std::string* line);
  // The next line begins with that.
  bool Follows(const char* begin) const;
  // Of the line told last: its number from 1, and where it is.
  size_t number() const { return number_; }
  size_t begin() const { return begin_; }

 private:
  const std::string& text_;
  size_t at_;
  size_t begin_ = 0;
  size_t number_ = 0;
};

struct ParsedEntry {
  // From the top, empty for the top itself; all components are names.
  std::string path;
  // Text of a symbolic link.
  std::string link;
  // Path like `path`, if it is a hard link.
  std::string hard_link;
  // Last component on the host if that is another.
  std::string host_name;
  Metadata metadata;
  // Standard keywords that were there, as bits.
  uint32_t seen = 0;

  // To be called when all lines are parsed; false if something is missing.
  bool Complete(std::string* error);
  Event::Kind Kind() const;
};

// False: *error says what is wrong with the line.
bool ParseEntry(const std::string& line, ParsedEntry* entry, std::string* error);
// A comment after it that holds what mtree has no keywords for.
bool ParseMore(const std::string& line, ParsedEntry* entry, std::string* error);

}  // namespace manifest
}  // namespace kdisk
