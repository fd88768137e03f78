// SPDX-License-Identifier: GPL-2.0-only
// Words of a manifest: see manifest_text.h.
#include "manifest_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

namespace kdisk {
namespace manifest {

using namespace linux_abi;

namespace {

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct Type {
  uint32_t mode;
  const char* word;
};
constexpr Type kTypes[] = {{kRegular, "file"}, {kDirectory, "dir"}, {kLink, "link"},    {kCharacter, "char"},
                           {kBlock, "block"},  {kFifo, "fifo"},     {kSocket, "socket"}};

bool IsOctal(char digit) { return digit >= '0' && digit <= '7'; }

int DigitValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return 99;
}

std::array<int8_t, 256> Base64Values() {
  std::array<int8_t, 256> values;
  values.fill(-1);
  for (int i = 0; i < 64; i++) values[static_cast<uint8_t>(kBase64[i])] = static_cast<int8_t>(i);
  return values;
}

}  // namespace

void AppendEncoded(std::string* text, const std::string& bytes) {
  for (const char byte : bytes) {
    const auto value = static_cast<uint8_t>(byte);
    if (value > 0x20 && value < 0x7f && !strchr("#=\\*?[", byte)) {
      *text += byte;
    } else {
      *text += '\\';
      *text += static_cast<char>('0' + (value >> 6));
      *text += static_cast<char>('0' + (value >> 3 & 7));
      *text += static_cast<char>('0' + (value & 7));
    }
  }
}

bool Decode(const std::string& text, std::string* bytes) {
  bytes->clear();
  bytes->reserve(text.size());
  for (size_t at = 0; at < text.size(); at++) {
    if (text[at] != '\\') {
      *bytes += text[at];
      continue;
    }
    if (at + 3 >= text.size() || text[at + 1] > '3' || !IsOctal(text[at + 1]) || !IsOctal(text[at + 2]) ||
        !IsOctal(text[at + 3])) {
      return false;
    }
    *bytes += static_cast<char>((text[at + 1] - '0') << 6 | (text[at + 2] - '0') << 3 | (text[at + 3] - '0'));
    at += 3;
  }
  return true;
}

void AppendBase64(std::string* text, const std::string& bytes) {
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t group = 0;
    for (size_t i = 0; i < 3; i++) group = group << 8 | (i < count ? static_cast<uint8_t>(bytes[at + i]) : 0);
    for (size_t i = 0; i < 4; i++) *text += i <= count ? kBase64[group >> (18 - 6 * i) & 63] : '=';
  }
}

bool DecodeBase64(const std::string& text, std::string* bytes) {
  static const std::array<int8_t, 256> values = Base64Values();
  bytes->clear();
  if (text.size() % 4 != 0) return false;
  size_t digits = text.size();
  while (digits > 0 && text.size() - digits < 2 && text[digits - 1] == '=') digits--;
  uint32_t group = 0;
  for (size_t at = 0; at < digits; at++) {
    const int8_t value = values[static_cast<uint8_t>(text[at])];
    if (value < 0) return false;
    group = group << 6 | static_cast<uint32_t>(value);
    // Each digit after the first of four completes a byte.
    if (at % 4 != 0) *bytes += static_cast<char>(group >> (6 - 2 * (at % 4)));
  }
  return true;
}

void AppendTime(std::string* text, const Timestamp& time) {
  char buffer[40];
  snprintf(buffer, sizeof buffer, "%lld.%09u", static_cast<long long>(time.seconds), time.nanoseconds);
  *text += buffer;
}

bool ParseTime(const std::string& text, Timestamp* time) {
  const bool negative = !text.empty() && text[0] == '-';
  const size_t dot = text.find('.');
  if (dot == std::string::npos || text.size() - dot != 10) return false;
  uint64_t seconds = 0, nanoseconds = 0;
  const uint64_t max = static_cast<uint64_t>(INT64_MAX) + (negative ? 1 : 0);
  const std::string whole = text.substr(negative ? 1 : 0, dot - (negative ? 1 : 0));
  if (!ParseNumber(whole, 10, max, &seconds)) return false;
  if (!ParseNumber(text.substr(dot + 1), 10, 999999999, &nanoseconds)) return false;
  time->seconds = static_cast<int64_t>(negative ? 0 - seconds : seconds);
  time->nanoseconds = static_cast<uint32_t>(nanoseconds);
  return true;
}

bool ParseNumber(const std::string& text, unsigned base, uint64_t max, uint64_t* value) {
  uint64_t result = 0;
  for (const char digit : text) {
    const auto one = static_cast<unsigned>(DigitValue(digit));
    if (one >= base || result > (max - one) / base) return false;
    result = result * base + one;
  }
  *value = result;
  return !text.empty();
}

const char* TypeWord(uint32_t mode) {
  for (const Type& type : kTypes) {
    if (type.mode == (mode & kFormatMask)) return type.word;
  }
  return nullptr;
}

uint32_t TypeOfWord(const std::string& word) {
  for (const Type& type : kTypes) {
    if (word == type.word) return type.mode;
  }
  return 0;
}

}  // namespace manifest
}  // namespace kdisk
