// SPDX-License-Identifier: GPL-2.0-only
// Escapes in names: see names.h. Rules: "Naming Files, Paths, and Namespaces" at Microsoft.
#include "names.h"

#include <cstdint>
#include <cstring>

namespace kdisk {

namespace {

constexpr char kHex[] = "0123456789ABCDEF";

void AppendEscaped(std::string* text, char byte) {
  const auto value = static_cast<uint8_t>(byte);
  *text += '%';
  *text += kHex[value >> 4];
  *text += kHex[value & 15];
}

// Bytes of the well-formed UTF-8 sequence at `at`, 0 if there is none.
size_t SequenceSize(const std::string& text, size_t at) {
  const auto byte = [&](size_t i) { return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : 0; };
  const auto continues = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const uint8_t first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    // No long forms, no surrogates.
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
    return continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

// Value of an upper-case digit: Windows tools that write %xx mean something else more often than not.
int HexDigit(const std::string& text, size_t at) {
  if (at >= text.size() || text[at] == '\0') return -1;
  const char* const found = strchr(kHex, text[at]);
  return found ? static_cast<int>(found - kHex) : -1;
}

bool IsEscape(const std::string& text, size_t at) {
  return text[at] == '%' && HexDigit(text, at + 1) >= 0 && HexDigit(text, at + 2) >= 0;
}

// What stands before the first dot counts, without spaces at its end.
bool IsDevice(const std::string& name) {
  std::string base = name.substr(0, name.find('.'));
  while (!base.empty() && base.back() == ' ') base.pop_back();
  for (char& letter : base) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  for (const char* device : {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}) {
    if (base == device) return true;
  }
  if (base.compare(0, 3, "COM") != 0 && base.compare(0, 3, "LPT") != 0) return false;
  const std::string digit = base.substr(3);
  if (digit.size() == 1) return digit[0] >= '1' && digit[0] <= '9';
  return digit == "\xc2\xb9" || digit == "\xc2\xb2" || digit == "\xc2\xb3";
}

}  // namespace

std::string EscapeName(const std::string& name) {
  std::string result;
  const bool device = IsDevice(name);
  for (size_t at = 0; at < name.size();) {
    const char byte = name[at];
    const size_t size = SequenceSize(name, at);
    const bool last = at + 1 == name.size();
    if (size > 1) {
      result.append(name, at, size);
      at += size;
      continue;
    }
    const bool forbidden = size == 0 || static_cast<uint8_t>(byte) < 0x20 || strchr("<>:\"/\\|?*", byte);
    if (forbidden || (last && (byte == '.' || byte == ' ')) || (at == 0 && device) || IsEscape(name, at)) {
      AppendEscaped(&result, byte);
    } else {
      result += byte;
    }
    at++;
  }
  return result;
}

std::string UnescapeName(const std::string& name) {
  std::string result;
  for (size_t at = 0; at < name.size(); at++) {
    if (IsEscape(name, at)) {
      const auto byte = static_cast<char>(HexDigit(name, at + 1) * 16 + HexDigit(name, at + 2));
      if (byte != '\0' && byte != '/') {
        result += byte;
        at += 2;
        continue;
      }
    }
    result += name[at];
  }
  return result == "." || result == ".." ? name : result;
}

size_t NameUnits(const std::string& name) {
  size_t units = 0;
  for (size_t at = 0; at < name.size();) {
    const size_t size = SequenceSize(name, at);
    units += size == 4 ? 2 : 1;
    at += size ? size : 1;
  }
  return units;
}

}  // namespace kdisk
