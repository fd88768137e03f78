// SPDX-License-Identifier: GPL-2.0-only
// Arguments out of JavaScript: see js_arguments.h.
#include "js_arguments.h"

#include <cmath>

#include "js_errors.h"

namespace kdisk {

namespace {

bool Misuse(const Napi::Value& value, const char* name, const std::string& expected) {
  ThrowMisuse(value.Env(), std::string(name) + " must be " + expected);
  return false;
}

bool CheckNul(const Napi::Value& value, const char* name, const std::string& text) {
  return text.find('\0') == std::string::npos || Misuse(value, name, "without NUL bytes");
}

}  // namespace

bool GetString(const Napi::Value& value, const char* name, std::string* result) {
  if (!value.IsString()) return Misuse(value, name, "a string");
  *result = value.As<Napi::String>().Utf8Value();
  return CheckNul(value, name, *result);
}

bool GetPathBytes(const Napi::Value& value, const char* name, std::string* result) {
  uint8_t* data;
  size_t size;
  if (!GetBytes(value, name, &data, &size)) return false;
  result->assign(reinterpret_cast<const char*>(data), size);
  return CheckNul(value, name, *result);
}

bool GetInteger(const Napi::Value& value, const char* name, int64_t low, int64_t high, int64_t* result) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (!(number >= static_cast<double>(low) && number <= static_cast<double>(high)) || number != std::trunc(number)) {
    return Misuse(value, name, "an integer from " + std::to_string(low) + " to " + std::to_string(high));
  }
  *result = static_cast<int64_t>(number);
  return true;
}

bool GetUint64(const Napi::Value& value, const char* name, uint64_t* result) {
  bool lossless = false;
  if (value.IsBigInt()) *result = value.As<Napi::BigInt>().Uint64Value(&lossless);
  return lossless || Misuse(value, name, "a bigint of 64 bits, not negative");
}

bool GetBoolean(const Napi::Value& value, const char* name, bool* result) {
  if (!value.IsBoolean()) return Misuse(value, name, "a boolean");
  *result = value.As<Napi::Boolean>().Value();
  return true;
}

bool GetBytes(const Napi::Value& value, const char* name, uint8_t** data, size_t* size) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    return Misuse(value, name, "a Uint8Array");
  }
  auto array = value.As<Napi::Uint8Array>();
  *data = array.Data();
  *size = array.ByteLength();
  return true;
}

Napi::Value HandOver(Napi::Env env, std::vector<uint8_t>&& bytes) {
  if (bytes.empty()) return Napi::Buffer<uint8_t>::New(env, 0);
  auto* held = new std::vector<uint8_t>(std::move(bytes));
  const auto release = [](Napi::Env, uint8_t*, std::vector<uint8_t>* dropped) { delete dropped; };
  return Napi::Buffer<uint8_t>::NewOrCopy(env, held->data(), held->size(), release, held);
}

}  // namespace kdisk
