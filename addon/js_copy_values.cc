// SPDX-License-Identifier: GPL-2.0-only
// Options and results of copies: see js_copy_values.h.
#include "js_copy_values.h"

#include "js_arguments.h"
#include "js_errors.h"
#include "tree/guest_tree.h"
#include "tree/host_tree.h"

namespace kdisk {

namespace {

bool Misuse(const Napi::Value& value, const std::string& message) {
  ThrowMisuse(value.Env(), message);
  return false;
}

bool GetId(const Napi::Object& object, const char* name, int64_t* id) {
  const Napi::Value value = object.Get(name);
  // The last number means "leave it".
  return value.IsUndefined() || GetInteger(value, name, 0, UINT32_MAX - 1, id);
}

bool GetRanges(const Napi::Object& object, const char* name, std::vector<IdRange>* ranges) {
  const Napi::Value value = object.Get(name);
  if (value.IsUndefined()) return true;
  const std::string expected = std::string(name) + " must be an array of [from, to, count]";
  if (!value.IsArray()) return Misuse(value, expected);
  const auto array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); i++) {
    const Napi::Value item = array[i];
    if (!item.IsArray() || item.As<Napi::Array>().Length() != 3) return Misuse(value, expected);
    const auto triple = item.As<Napi::Array>();
    int64_t numbers[3];
    for (uint32_t part = 0; part < 3; part++) {
      const Napi::Value number = triple[part];
      if (!GetInteger(number, name, part == 2 ? 1 : 0, UINT32_MAX - 1, &numbers[part])) return false;
    }
    if (numbers[0] + numbers[2] > UINT32_MAX || numbers[1] + numbers[2] > UINT32_MAX) {
      return Misuse(value, std::string(name) + " must end below 4294967295");
    }
    ranges->push_back({static_cast<uint32_t>(numbers[0]), static_cast<uint32_t>(numbers[1]),
                       static_cast<uint32_t>(numbers[2])});
  }
  return true;
}

bool GetStrings(const Napi::Object& object, const char* name, std::vector<std::string>* strings) {
  const Napi::Value value = object.Get(name);
  if (value.IsUndefined()) return true;
  if (!value.IsArray()) return Misuse(value, std::string(name) + " must be an array");
  const auto array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); i++) {
    std::string text;
    if (!GetString(array[i], name, &text)) return false;
    strings->push_back(std::move(text));
  }
  return true;
}

bool GetOptionalString(const Napi::Object& object, const char* name, std::string* text) {
  const Napi::Value value = object.Get(name);
  return value.IsUndefined() || GetString(value, name, text);
}

template <typename Choice>
struct Word {
  const char* word;
  Choice choice;
};

template <typename Choice, size_t count>
bool GetChoice(const Napi::Object& object, const char* name, const Word<Choice> (&words)[count], Choice* choice) {
  const Napi::Value value = object.Get(name);
  if (value.IsUndefined()) return true;
  std::string text;
  if (!GetString(value, name, &text)) return false;
  std::string known;
  for (const Word<Choice>& word : words) {
    if (text == word.word) {
      *choice = word.choice;
      return true;
    }
    known += std::string(known.empty() ? "'" : ", '") + word.word + "'";
  }
  return Misuse(value, std::string(name) + " must be one of " + known);
}

using Existing = CopyOptions::Existing;
using Names = CopyOptions::Names;
constexpr Word<Existing> kExisting[] = {
    {"replace", Existing::kReplace}, {"keep", Existing::kKeep}, {"update", Existing::kUpdate}};
constexpr Word<Names> kNames[] = {
    {"plain", Names::kPlain}, {"escape", Names::kEscape}, {"unescape", Names::kUnescape}};

}  // namespace

bool GetOptionalBoolean(const Napi::Object& object, const char* name, bool missing, bool* result) {
  const Napi::Value value = object.Get(name);
  *result = missing;
  return value.IsUndefined() || GetBoolean(value, name, result);
}

bool GetSide(const Napi::Value& value, const char* name, Side* side) {
  side->host = value.IsNull();
  if (side->host) return true;
  int64_t root;
  if (!value.IsNumber()) return Misuse(value, std::string(name) + " must be a descriptor or null");
  if (!GetInteger(value, name, 0, INT32_MAX, &root)) return false;
  side->root = static_cast<int>(root);
  return true;
}

bool GetSources(const Napi::Value& value, std::vector<CopySource>* sources) {
  if (!value.IsArray()) return Misuse(value, "sources must be an array");
  const auto array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); i++) {
    const Napi::Value item = array[i];
    if (!item.IsObject()) return Misuse(value, "each source must be an object");
    CopySource source;
    if (!GetPathBytes(item.As<Napi::Object>().Get("from"), "from", &source.from) ||
        !GetPathBytes(item.As<Napi::Object>().Get("to"), "to", &source.to)) {
      return false;
    }
    sources->push_back(std::move(source));
  }
  return true;
}

bool GetCopyOptions(const Napi::Value& value, CopyOptions* options, const volatile uint8_t** stop,
                    std::vector<Napi::Value>* pins) {
  if (!value.IsObject()) return Misuse(value, "options must be an object");
  const auto object = value.As<Napi::Object>();
  if (!GetOptionalBoolean(object, "recursive", false, &options->recursive) ||
      !GetOptionalBoolean(object, "follow", false, &options->follow) ||
      !GetOptionalBoolean(object, "sorted", false, &options->sorted) ||
      !GetOptionalBoolean(object, "mode", true, &options->mode) ||
      !GetOptionalBoolean(object, "times", true, &options->times) ||
      !GetOptionalBoolean(object, "owner", false, &options->owner) ||
      !GetOptionalBoolean(object, "xattrs", false, &options->xattrs) ||
      !GetOptionalBoolean(object, "flags", false, &options->flags) ||
      !GetOptionalBoolean(object, "extents", true, &options->extents) ||
      !GetChoice(object, "existing", kExisting, &options->existing) || !GetId(object, "uid", &options->uid) ||
      !GetId(object, "gid", &options->gid) || !GetRanges(object, "mapUid", &options->map_uid) ||
      !GetRanges(object, "mapGid", &options->map_gid) || !GetStrings(object, "exclude", &options->exclude) ||
      !GetStrings(object, "include", &options->include) || !GetChoice(object, "names", kNames, &options->names) ||
      !GetOptionalString(object, "manifestOut", &options->manifest_out) ||
      !GetOptionalString(object, "manifestIn", &options->manifest_in)) {
    return false;
  }
  const Napi::Value flag = object.Get("stop");
  if (flag.IsUndefined()) return true;
  uint8_t* data;
  size_t size;
  if (!GetBytes(flag, "stop", &data, &size)) return false;
  if (size == 0) return Misuse(flag, "stop must have a byte");
  *stop = data;
  pins->push_back(flag);
  return true;
}

Napi::Object ProgressToJs(Napi::Env env, const CopyProgress& progress) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("files", static_cast<double>(progress.files));
  object.Set("directories", static_cast<double>(progress.directories));
  object.Set("links", static_cast<double>(progress.links));
  object.Set("hardLinks", static_cast<double>(progress.hard_links));
  object.Set("specials", static_cast<double>(progress.specials));
  object.Set("kept", static_cast<double>(progress.kept));
  object.Set("bytes", static_cast<double>(progress.bytes));
  return object;
}

Napi::Object ResultToJs(Napi::Env env, const CopyResult& result) {
  Napi::Object object = ProgressToJs(env, result.done);
  Napi::Array problems = Napi::Array::New(env, result.problems.size());
  for (size_t i = 0; i < result.problems.size(); i++) {
    const CopyProblem& from = result.problems[i];
    Napi::Object problem = Napi::Object::New(env);
    problem.Set("path", Napi::Buffer<char>::Copy(env, from.path.data(), from.path.size()));
    problem.Set("errno", from.error);
    problem.Set("side", from.source ? "source" : "target");
    problem.Set("step", from.step);
    problems.Set(static_cast<uint32_t>(i), problem);
  }
  object.Set("problems", problems);
  Napi::Array lost = Napi::Array::New(env, result.lost.size());
  for (size_t i = 0; i < result.lost.size(); i++) {
    const CopyLoss& from = result.lost[i];
    Napi::Object loss = Napi::Object::New(env);
    loss.Set("what", from.what);
    loss.Set("count", static_cast<double>(from.count));
    loss.Set("path", Napi::Buffer<char>::Copy(env, from.path.data(), from.path.size()));
    loss.Set("detail", from.detail);
    loss.Set("errno", from.error);
    lost.Set(static_cast<uint32_t>(i), loss);
  }
  object.Set("lost", lost);
  object.Set("stopped", result.stopped);
  return object;
}

std::unique_ptr<Tree> OpenSide(Session* session, const Side& side) {
  if (!side.host) return std::make_unique<GuestTree>(Guest(&session->kernel, side.root));
  const Disks& disks = session->disks;
  return std::make_unique<HostTree>(
      [&disks](const NodeId& file) { return disks.IsImage({file.device, file.inode}); });
}

}  // namespace kdisk
