// SPDX-License-Identifier: GPL-2.0-only
// How a manifest writes paths, bytes, times and types (docs/manifest.md); what its reader and writer share.
#pragma once

#include <cstdint>
#include <string>

#include "../linux_abi.h"

namespace kdisk {
namespace manifest {

constexpr char kSignature[] = "#mtree";
constexpr char kVersion[] = "# kdisk manifest 1";
// Comments to whoever else reads the file, as other programs take no keywords but their own.
constexpr char kMore[] = "#kdisk ";
constexpr char kEnd[] = "# kdisk end ";

// Printable ASCII but for white space and # = \ * ? [, the rest as \ and three octal digits.
void AppendEncoded(std::string* text, const std::string& bytes);
bool Decode(const std::string& text, std::string* bytes);

void AppendBase64(std::string* text, const std::string& bytes);
bool DecodeBase64(const std::string& text, std::string* bytes);

// Seconds, which may be negative, a dot, nine digits that count up from there.
void AppendTime(std::string* text, const linux_abi::Timestamp& time);
bool ParseTime(const std::string& text, linux_abi::Timestamp* time);

// Digits of that base and nothing else, `max` at most.
bool ParseNumber(const std::string& text, unsigned base, uint64_t max, uint64_t* value);

// "file", "dir", ... for a mode, and back; null and 0 for what there is no word for.
const char* TypeWord(uint32_t mode);
uint32_t TypeOfWord(const std::string& word);

}  // namespace manifest
}  // namespace kdisk
