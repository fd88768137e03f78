// SPDX-License-Identifier: GPL-2.0-only
// Arguments out of JavaScript, checked. Each returns false with a TypeError pending, which names the argument.
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kdisk {

// No NUL inside: it would cut a path short where it is used.
bool GetString(const Napi::Value& value, const char* name, std::string* result);
// Uint8Array to bytes, no NUL inside either.
bool GetPathBytes(const Napi::Value& value, const char* name, std::string* result);
// The largest number that JavaScript counts to without gaps.
constexpr int64_t kMaxSafeInteger = (INT64_C(1) << 53) - 1;
// Whole, from `low` to `high`.
bool GetInteger(const Napi::Value& value, const char* name, int64_t low, int64_t high, int64_t* result);
bool GetUint64(const Napi::Value& value, const char* name, uint64_t* result);
bool GetBoolean(const Napi::Value& value, const char* name, bool* result);
// The memory stays the array's, which the caller must keep.
bool GetBytes(const Napi::Value& value, const char* name, uint8_t** data, size_t* size);

// The other way: bytes that are handed over, not copied, and freed when JavaScript drops them.
Napi::Value HandOver(Napi::Env env, std::vector<uint8_t>&& bytes);

}  // namespace kdisk
