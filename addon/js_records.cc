// SPDX-License-Identifier: GPL-2.0-only
// openTree, readTree and closeTree; createTree, writeTree and finishTree.
#include "js_arguments.h"
#include "js_copy_values.h"
#include "js_errors.h"
#include "js_exports.h"
#include "js_mailbox.h"

namespace kdisk {

namespace {

constexpr size_t kRecordsAtOnce = 1 << 20;

Failure NoSuchTree(const char* function) {
  return Failure::Errno(EBADF, function, {}, "no tree of that number is open");
}

class OpenTreeCall : public Call {
 public:
  OpenTreeCall(const void* owner, const Side& side, std::vector<CopySource> sources, const CopyOptions& options,
               const ReadOptions& read)
      : owner_(owner), side_(side), sources_(std::move(sources)), options_(options), read_(read) {}
  Napi::Value Result(Napi::Env env) override { return Napi::Number::New(env, number_); }

 private:
  Failure Work(Session* session) override {
    number_ = session->trees.Add(
        owner_, std::make_unique<ReadingTree>(OpenSide(session, side_), std::move(sources_), options_, read_));
    return {};
  }

  const void* const owner_;
  const Side side_;
  std::vector<CopySource> sources_;
  const CopyOptions options_;
  const ReadOptions read_;
  uint32_t number_ = 0;
};

class ReadTreeCall : public Call {
 public:
  explicit ReadTreeCall(uint32_t number) : number_(number) {}
  Napi::Value Result(Napi::Env env) override { return HandOver(env, std::move(records_)); }

 private:
  Failure Work(Session* session) override {
    ReadingTree* tree = session->trees.FindReading(number_);
    if (!tree) return NoSuchTree("readTree");
    records_ = tree->Read(kRecordsAtOnce);
    return {};
  }

  const uint32_t number_;
  std::vector<uint8_t> records_;
};

class CloseTreeCall : public Call {
 public:
  explicit CloseTreeCall(uint32_t number) : number_(number) {}
  Napi::Value Result(Napi::Env env) override { return env.Undefined(); }

 private:
  Failure Work(Session* session) override {
    session->trees.Close(number_);
    return {};
  }

  const uint32_t number_;
};

class CreateTreeCall : public Call {
 public:
  CreateTreeCall(const void* owner, const Side& side, std::string directory, const CopyOptions& options)
      : owner_(owner), side_(side), directory_(std::move(directory)), options_(options) {}
  Napi::Value Result(Napi::Env env) override { return Napi::Number::New(env, number_); }

 private:
  Failure Work(Session* session) override {
    number_ = session->trees.Add(
        owner_, std::make_unique<WritingTree>(OpenSide(session, side_), directory_, options_));
    return {};
  }

  const void* const owner_;
  const Side side_;
  const std::string directory_;
  const CopyOptions options_;
  uint32_t number_ = 0;
};

class WriteTreeCall : public Call {
 public:
  WriteTreeCall(uint32_t number, const uint8_t* records, size_t size)
      : number_(number), records_(records), size_(size) {}
  Napi::Value Result(Napi::Env env) override { return Napi::Boolean::New(env, going_on_); }

 private:
  Failure Work(Session* session) override {
    WritingTree* tree = session->trees.FindWriting(number_);
    if (!tree) return NoSuchTree("writeTree");
    const int written = tree->Write(records_, size_);
    if (written < 0) return Failure::Errno(-written, "writeTree", {}, "the records are damaged or out of order");
    going_on_ = !tree->over();
    return {};
  }

  const uint32_t number_;
  const uint8_t* const records_;
  const size_t size_;
  bool going_on_ = false;
};

class FinishTreeCall : public Call {
 public:
  explicit FinishTreeCall(uint32_t number) : number_(number) {}
  Napi::Value Result(Napi::Env env) override { return ResultToJs(env, result_); }

 private:
  Failure Work(Session* session) override {
    WritingTree* tree = session->trees.FindWriting(number_);
    if (!tree) return NoSuchTree("finishTree");
    result_ = tree->Finish();
    session->trees.Close(number_);
    return {};
  }

  const uint32_t number_;
  CopyResult result_;
};

// For an environment that is gone and can take no result.
class CloseTreesJob : public Job {
 public:
  explicit CloseTreesJob(const void* owner) : owner_(owner) {}
  bool Begin() override { return true; }
  bool Run(Session* session) override {
    session->trees.CloseAll(owner_);
    return true;
  }
  void End(Session*) override {}

 private:
  const void* const owner_;
};

bool GetTree(const Napi::Value& value, uint32_t* number) {
  int64_t given;
  if (!GetInteger(value, "tree", 1, UINT32_MAX, &given)) return false;
  *number = static_cast<uint32_t>(given);
  return true;
}

const void* OwnerOf(Napi::Env env) { return static_cast<napi_env>(env); }

}  // namespace

void InstallTrees(Napi::Env env) {
  const auto close = [](void* owner) { Engine::Instance().Post(std::make_shared<CloseTreesJob>(owner)); };
  napi_add_env_cleanup_hook(env, close, static_cast<napi_env>(env));
}

Napi::Value OpenTree(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Side side;
  std::vector<CopySource> sources;
  CopyOptions options;
  ReadOptions read;
  CallOptions call_options;
  const volatile uint8_t* stop = nullptr;
  if (!GetSide(info[0], "from", &side) || !GetSources(info[1], &sources) ||
      !GetCopyOptions(info[2], &options, &stop, &call_options.pins) ||
      !GetOptionalBoolean(info[2].As<Napi::Object>(), "content", true, &read.content)) {
    return env.Undefined();
  }
  read.recursive = options.recursive;
  read.follow = options.follow;
  read.sorted = options.sorted;
  read.xattrs = options.xattrs;
  read.flags = options.flags;
  read.names = options.names;
  return Mailbox::Submit(
      env, std::make_shared<OpenTreeCall>(OwnerOf(env), side, std::move(sources), options, read));
}

Napi::Value ReadTree(const Napi::CallbackInfo& info) {
  uint32_t number;
  if (!GetTree(info[0], &number)) return info.Env().Undefined();
  return Mailbox::Submit(info.Env(), std::make_shared<ReadTreeCall>(number));
}

Napi::Value CloseTree(const Napi::CallbackInfo& info) {
  uint32_t number;
  if (!GetTree(info[0], &number)) return info.Env().Undefined();
  return Mailbox::Submit(info.Env(), std::make_shared<CloseTreeCall>(number));
}

Napi::Value CreateTree(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Side side;
  std::string directory;
  CopyOptions options;
  CallOptions call_options;
  const volatile uint8_t* stop = nullptr;
  if (!GetSide(info[0], "to", &side) || !GetPathBytes(info[1], "directory", &directory) ||
      !GetCopyOptions(info[2], &options, &stop, &call_options.pins)) {
    return env.Undefined();
  }
  return Mailbox::Submit(env,
                         std::make_shared<CreateTreeCall>(OwnerOf(env), side, std::move(directory), options));
}

Napi::Value WriteTree(const Napi::CallbackInfo& info) {
  uint32_t number;
  uint8_t* records;
  size_t size;
  if (!GetTree(info[0], &number) || !GetBytes(info[1], "records", &records, &size)) return info.Env().Undefined();
  CallOptions options;
  options.pins.push_back(info[1]);
  return Mailbox::Submit(info.Env(), std::make_shared<WriteTreeCall>(number, records, size), options);
}

Napi::Value FinishTree(const Napi::CallbackInfo& info) {
  uint32_t number;
  if (!GetTree(info[0], &number)) return info.Env().Undefined();
  return Mailbox::Submit(info.Env(), std::make_shared<FinishTreeCall>(number));
}

}  // namespace kdisk
