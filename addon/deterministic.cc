// SPDX-License-Identifier: GPL-2.0-only
// Random numbers that come again: see deterministic.h.
#include "deterministic.h"

#include <algorithm>
#include <cstring>

namespace kdisk {

namespace {

constexpr uint32_t kConstants[4] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
constexpr int kDoubleRounds = 10;

uint32_t RotateLeft(uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

void QuarterRound(uint32_t* a, uint32_t* b, uint32_t* c, uint32_t* d) {
  *a += *b, *d = RotateLeft(*d ^ *a, 16);
  *c += *d, *b = RotateLeft(*b ^ *c, 12);
  *a += *b, *d = RotateLeft(*d ^ *a, 8);
  *c += *d, *b = RotateLeft(*b ^ *c, 7);
}

uint32_t LoadLittle(const uint8_t* bytes) {
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<uint32_t>(bytes[3]) << 24;
}

}  // namespace

void Deterministic::NextBlock() {
  uint32_t state[16] = {};
  std::copy(std::begin(kConstants), std::end(kConstants), state);
  for (size_t i = 0; i < 8; i++) state[4 + i] = LoadLittle(start_.seed.data() + 4 * i);
  state[12] = static_cast<uint32_t>(blocks_);
  state[13] = static_cast<uint32_t>(blocks_ >> 32);
  blocks_++;
  uint32_t mixed[16];
  std::copy(std::begin(state), std::end(state), mixed);
  for (int round = 0; round < kDoubleRounds; round++) {
    for (int i = 0; i < 4; i++) QuarterRound(mixed + i, mixed + 4 + i, mixed + 8 + i, mixed + 12 + i);
    for (int i = 0; i < 4; i++) {
      QuarterRound(mixed + i, mixed + 4 + (i + 1) % 4, mixed + 8 + (i + 2) % 4, mixed + 12 + (i + 3) % 4);
    }
  }
  for (size_t i = 0; i < 16; i++) {
    const uint32_t word = mixed[i] + state[i];
    for (size_t byte = 0; byte < 4; byte++) block_[4 * i + byte] = static_cast<uint8_t>(word >> (8 * byte));
  }
  used_ = 0;
}

void Deterministic::Random(void* buffer, size_t size) {
  auto* to = static_cast<uint8_t*>(buffer);
  while (size > 0) {
    if (used_ == block_.size()) NextBlock();
    const size_t part = std::min(size, block_.size() - used_);
    memcpy(to, block_.data() + used_, part);
    used_ += part;
    to += part;
    size -= part;
  }
}

}  // namespace kdisk
