// SPDX-License-Identifier: GPL-2.0-only
// The newest part of the kernel's log: see log_ring.h.
#include "log_ring.h"

#include <algorithm>

namespace kdisk {

void LogRing::Append(const char* text, size_t length) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (length > kSize) {
    text += length - kSize;
    length = kSize;
  }
  const size_t grow = std::min(length, kSize - bytes_.size());
  bytes_.append(text, grow);
  text += grow;
  length -= grow;
  while (length > 0) {
    const size_t part = std::min(length, kSize - next_);
    bytes_.replace(next_, part, text, part);
    next_ = (next_ + part) % kSize;
    text += part;
    length -= part;
  }
}

std::string LogRing::Text() const {
  std::lock_guard<std::mutex> lock(mutex_);
  if (bytes_.size() < kSize || next_ == 0) return bytes_;
  // The oldest line lost its beginning: leave it out.
  std::string text = bytes_.substr(next_) + bytes_.substr(0, next_);
  const size_t line = text.find('\n');
  return line == std::string::npos ? text : text.substr(line + 1);
}

std::string LogRing::LastWords() const {
  constexpr size_t kLines = 6;
  static const char* const kSigns[] = {"kdisk: kernel", "Kernel panic", "kernel BUG", "BUG:", "Oops"};
  std::string text = Text();
  while (!text.empty() && text.back() == '\n') text.pop_back();

  size_t start = std::string::npos;
  for (const char* sign : kSigns) start = std::min(start, text.rfind(sign));
  if (start == std::string::npos) {
    start = text.size();
    for (size_t i = 0; i < kLines && start != std::string::npos && start > 0; i++) start = text.rfind('\n', start - 1);
    start = start == std::string::npos ? 0 : start;
  } else {
    start = text.rfind('\n', start);
    start = start == std::string::npos ? 0 : start + 1;
  }
  size_t end = start;
  for (size_t i = 0; i < kLines && end != std::string::npos; i++) end = text.find('\n', end + 1);
  text = text.substr(start, end == std::string::npos ? end : end - start);
  if (!text.empty() && text.front() == '\n') text.erase(0, 1);
  return text;
}

}  // namespace kdisk
