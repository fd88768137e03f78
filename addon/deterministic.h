// SPDX-License-Identifier: GPL-2.0-only
// What a kernel gets instead of the host's clock and random numbers when it is to do the same thing twice: both are
// functions of the start alone and of how often they were asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kdisk {

struct DeterministicStart {
  // Seconds since 1970: the time of day, which stands still.
  uint64_t timestamp = 0;
  std::array<uint8_t, 32> seed = {};

  bool operator==(const DeterministicStart& other) const { return timestamp == other.timestamp && seed == other.seed; }
};

// Engine thread only.
class Deterministic {
 public:
  explicit Deterministic(const DeterministicStart& start) : start_(start) {}

  const DeterministicStart& start() const { return start_; }

  // Monotonic time in ns. A look costs a little, so that waiting for it in a loop comes to an end.
  uint64_t Look() { return now_ += kLookNs; }
  uint64_t now() const { return now_; }
  // Nothing else is to be done until then.
  void SkipTo(uint64_t time) {
    if (time > now_) now_ = time;
  }

  // The stream of ChaCha20 (RFC 8439, section 2.4) with the seed as its key: even, not secret.
  void Random(void* buffer, size_t size);

 private:
  // About what a look and the work before it take.
  static constexpr uint64_t kLookNs = 1000;

  void NextBlock();

  const DeterministicStart start_;
  // Not 0: to parts of the kernel that means "never".
  uint64_t now_ = 1000000000;
  std::array<uint8_t, 64> block_ = {};
  size_t used_ = sizeof(block_);
  uint64_t blocks_ = 0;
};

}  // namespace kdisk
