// SPDX-License-Identifier: GPL-2.0-only
// readOnce, list and copyOut.
#include <mutex>

#include "copy_out.h"
#include "js_arguments.h"
#include "js_errors.h"
#include "js_exports.h"
#include "js_mailbox.h"
#include "list.h"

namespace kdisk {

namespace {

class ReadOnceCall : public Call {
 public:
  ReadOnceCall(int root, uint64_t fd, uint8_t* buffer, size_t size, uint64_t offset)
      : root_(root), fd_(fd), buffer_(buffer), size_(size), offset_(offset) {}

  Napi::Value Result(Napi::Env env) override { return Napi::Number::New(env, static_cast<double>(result_)); }

 private:
  Failure Work(Session* session) override {
    // The kernel gives a piece at a time.
    const Guest guest(&session->kernel, root_);
    uint64_t done = 0;
    for (int64_t count = 1; count > 0 && done < size_ && !cancelled(); done += static_cast<uint64_t>(count)) {
      count = guest.ReadOnce(fd_, buffer_ + done, size_ - done, offset_ + done);
      if (count < 0) {
        result_ = count;
        return {};
      }
    }
    result_ = static_cast<int64_t>(done);
    return {};
  }

  const int root_;
  const uint64_t fd_;
  uint8_t* const buffer_;
  const size_t size_;
  const uint64_t offset_;
  int64_t result_ = 0;
};

class ListCall : public Call {
 public:
  ListCall(int root, const ListOptions& options) : root_(root), options_(options) {}

  Napi::Value Result(Napi::Env env) override {
    // Handed over, not copied; freed when JavaScript drops it.
    auto* records = new std::vector<uint8_t>(std::move(records_));
    if (records->empty()) {
      delete records;
      return Napi::Buffer<uint8_t>::New(env, 0);
    }
    const auto release = [](Napi::Env, uint8_t*, std::vector<uint8_t>* held) { delete held; };
    return Napi::Buffer<uint8_t>::NewOrCopy(env, records->data(), records->size(), release, records);
  }

 private:
  Failure Work(Session* session) override {
    records_ = ListDirectory(Guest(&session->kernel, root_), options_);
    return {};
  }

  const int root_;
  const ListOptions options_;
  std::vector<uint8_t> records_;
};

class CopyOutCall : public Call {
 public:
  CopyOutCall(int root, std::vector<CopySource> sources, const CopyOptions& options, bool report)
      : root_(root), sources_(std::move(sources)), options_(options), report_(report) {}

  Napi::Value Result(Napi::Env env) override {
    Napi::Object result = ToObject(env, result_.done);
    Napi::Array problems = Napi::Array::New(env, result_.problems.size());
    for (size_t i = 0; i < result_.problems.size(); i++) {
      const CopyProblem& from = result_.problems[i];
      Napi::Object problem = Napi::Object::New(env);
      problem.Set("path", Napi::Buffer<char>::Copy(env, from.path.data(), from.path.size()));
      problem.Set("errno", from.error);
      problem.Set("side", from.host ? "host" : "image");
      problem.Set("step", from.step);
      problems.Set(static_cast<uint32_t>(i), problem);
    }
    result.Set("problems", problems);
    return result;
  }

  Napi::Value Progress(Napi::Env env) override {
    std::lock_guard<std::mutex> lock(mutex_);
    return ToObject(env, reported_);
  }

 private:
  static constexpr uint64_t kReportIntervalNs = 100 * 1000000;

  static Napi::Object ToObject(Napi::Env env, const CopyProgress& progress) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("files", static_cast<double>(progress.files));
    object.Set("directories", static_cast<double>(progress.directories));
    object.Set("links", static_cast<double>(progress.links));
    object.Set("bytes", static_cast<double>(progress.bytes));
    return object;
  }

  Failure Work(Session* session) override {
    uint64_t due = Host::Monotonic() + kReportIntervalNs;
    const auto observe = [this, &due](const CopyProgress& progress) {
      if (cancelled()) return false;
      if (!report_) return true;
      const uint64_t now = Host::Monotonic();
      if (now < due) return true;
      due = now + kReportIntervalNs;
      {
        std::lock_guard<std::mutex> lock(mutex_);
        reported_ = progress;
      }
      Report();
      return true;
    };
    result_ = kdisk::CopyOut(Guest(&session->kernel, root_), session->disks, sources_, options_, observe);
    return {};
  }

  const int root_;
  const std::vector<CopySource> sources_;
  const CopyOptions options_;
  const bool report_;
  CopyResult result_;
  std::mutex mutex_;
  CopyProgress reported_;
};

bool GetSources(const Napi::Value& value, std::vector<CopySource>* sources) {
  if (!value.IsArray()) {
    ThrowMisuse(value.Env(), "sources must be an array");
    return false;
  }
  const auto array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); i++) {
    const Napi::Value item = array[i];
    if (!item.IsObject()) {
      ThrowMisuse(value.Env(), "each source must be an object");
      return false;
    }
    CopySource source;
    if (!GetPathBytes(item.As<Napi::Object>().Get("from"), "from", &source.from) ||
        !GetPathBytes(item.As<Napi::Object>().Get("to"), "to", &source.to)) {
      return false;
    }
    sources->push_back(std::move(source));
  }
  return true;
}

}  // namespace

Napi::Value ReadOnce(const Napi::CallbackInfo& info) {
  int64_t root, fd, offset;
  uint8_t* buffer;
  size_t size;
  if (!GetInteger(info[0], "root", -1, INT32_MAX, &root) || !GetInteger(info[1], "fd", 0, INT32_MAX, &fd) ||
      !GetBytes(info[2], "target", &buffer, &size) || !GetInteger(info[3], "position", 0, kMaxSafeInteger, &offset)) {
    return info.Env().Undefined();
  }
  CallOptions options;
  options.pins.push_back(info[2]);
  return Mailbox::Submit(info.Env(),
                         std::make_shared<ReadOnceCall>(static_cast<int>(root), static_cast<uint64_t>(fd), buffer, size,
                                                        static_cast<uint64_t>(offset)),
                         options);
}

Napi::Value List(const Napi::CallbackInfo& info) {
  int64_t root, batch;
  ListOptions options;
  if (!GetInteger(info[0], "root", -1, INT32_MAX, &root) || !GetInteger(info[1], "fd", 0, INT32_MAX, &options.fd) ||
      !GetBoolean(info[2], "stat", &options.stat) || !GetInteger(info[3], "batch", 1, INT32_MAX, &batch)) {
    return info.Env().Undefined();
  }
  options.batch = static_cast<uint32_t>(batch);
  return Mailbox::Submit(info.Env(), std::make_shared<ListCall>(static_cast<int>(root), options));
}

Napi::Value CopyOut(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  int64_t root;
  std::vector<CopySource> sources;
  CopyOptions options;
  if (!GetInteger(info[0], "root", -1, INT32_MAX, &root) || !GetSources(info[1], &sources)) return env.Undefined();
  if (!info[2].IsObject()) {
    ThrowMisuse(env, "options must be an object");
    return env.Undefined();
  }
  const auto flags = info[2].As<Napi::Object>();
  if (!GetBoolean(flags.Get("recursive"), "recursive", &options.recursive) ||
      !GetBoolean(flags.Get("follow"), "follow", &options.follow) ||
      !GetBoolean(flags.Get("preserve"), "preserve", &options.preserve)) {
    return env.Undefined();
  }
  if (!info[3].IsUndefined() && !info[3].IsFunction()) {
    ThrowMisuse(env, "progress must be a function");
    return env.Undefined();
  }
  CallOptions call_options;
  call_options.progress = info[3];
  return Mailbox::Submit(
      env, std::make_shared<CopyOutCall>(static_cast<int>(root), std::move(sources), options, info[3].IsFunction()),
      call_options);
}

}  // namespace kdisk
