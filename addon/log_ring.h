// SPDX-License-Identifier: GPL-2.0-only
// The newest part of the kernel's log; written by the engine thread, read by any.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>

namespace kdisk {

class LogRing {
 public:
  static constexpr size_t kSize = 256 * 1024;

  void Append(const char* text, size_t length);
  // All that is kept, oldest first.
  std::string Text() const;
  // The lines that tell a user why the kernel died: from the panic or fault on, a few at most.
  std::string LastWords() const;

 private:
  mutable std::mutex mutex_;
  std::string bytes_;
  // Where the next byte goes once bytes_ has reached kSize.
  size_t next_ = 0;
};

}  // namespace kdisk
