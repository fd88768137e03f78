// SPDX-License-Identifier: GPL-2.0-only
// openDisk, diskChanges, commitDisk and closeDisk, for which no kernel need run.
#include <atomic>
#include <cerrno>
#include <new>

#include "js_arguments.h"
#include "js_disks.h"
#include "js_errors.h"
#include "js_exports.h"
#include "js_mailbox.h"
#include "open_disks.h"

namespace kdisk {

namespace {

// Work on the host alone. On the engine thread all the same: so nothing else happens to a disk meanwhile that the
// kernel might have.
class HostCall : public Call {
 public:
  bool Run(Session* session) override {
    try {
      failure_ = Work(session);
    } catch (const std::bad_alloc&) {
      failure_ = Failure::Errno(ENOMEM, "kdisk");
    }
    return true;
  }
};

class OpenDiskCall : public HostCall {
 public:
  OpenDiskCall(std::string path, AttachMode mode, const std::optional<DiskWindow>& window)
      : path_(std::move(path)), mode_(mode), window_(window) {}

  Napi::Value Result(Napi::Env env) override {
    Napi::Object disk = Napi::Object::New(env);
    disk.Set("handle", handle_);
    disk.Set("size", Napi::BigInt::New(env, size_));
    disk.Set("redone", redone_);
    return disk;
  }

 private:
  Failure Work(Session*) override {
    Failure failure;
    std::shared_ptr<OpenDisk> disk = OpenDisk::Open(path_, mode_, window_, &failure);
    if (!disk) return failure;
    size_ = disk->size();
    redone_ = disk->redone();
    handle_ = OpenDisks::Instance().Add(std::move(disk));
    return {};
  }

  const std::string path_;
  const AttachMode mode_;
  const std::optional<DiskWindow> window_;
  uint32_t handle_ = 0;
  uint64_t size_ = 0;
  bool redone_ = false;
};

class CommitDiskCall : public HostCall {
 public:
  CommitDiskCall(uint32_t handle, bool unsafe) : handle_(handle), unsafe_(unsafe) {}

  Napi::Value Result(Napi::Env env) override {
    Napi::Object result = Napi::Object::New(env);
    result.Set("bytes", Number(env, result_.bytes));
    result.Set("journal", result_.journal);
    return result;
  }
  Napi::Value Progress(Napi::Env env) override {
    Napi::Object progress = Napi::Object::New(env);
    progress.Set("done", Number(env, done_.load()));
    progress.Set("total", Number(env, total_.load()));
    return progress;
  }

 private:
  static Napi::Value Number(Napi::Env env, uint64_t value) {
    return Napi::Number::New(env, static_cast<double>(value));
  }

  Failure Work(Session*) override {
    const std::shared_ptr<OpenDisk> disk = OpenDisks::Instance().Find(handle_);
    if (!disk) return NoSuchOpenDisk("commit");
    if (disk->attached()) {
      return Failure::Errno(EBUSY, "commit", disk->path(), "the disk is attached to the kernel: detach it first");
    }
    CommitOptions options;
    options.unsafe = unsafe_;
    options.progress = [this](uint64_t done, uint64_t total) {
      done_ = done;
      total_ = total;
      Report();
    };
    return disk->Commit(options, &result_);
  }

  const uint32_t handle_;
  const bool unsafe_;
  CommitResult result_;
  std::atomic<uint64_t> done_{0};
  std::atomic<uint64_t> total_{0};
};

class CloseDiskCall : public HostCall {
 public:
  explicit CloseDiskCall(uint32_t handle) : handle_(handle) {}
  Napi::Value Result(Napi::Env env) override { return env.Undefined(); }

 private:
  Failure Work(Session*) override {
    const std::shared_ptr<OpenDisk> disk = OpenDisks::Instance().Find(handle_);
    if (!disk) return NoSuchOpenDisk("close");
    if (disk->attached()) {
      return Failure::Errno(EBUSY, "close", disk->path(), "the disk is attached to the kernel: detach it first");
    }
    OpenDisks::Instance().Remove(handle_);
    return disk->Finish();
  }

  const uint32_t handle_;
};

bool GetWindow(const Napi::Value& value, std::optional<DiskWindow>* window) {
  if (value.IsUndefined()) return true;
  if (!value.IsObject()) {
    ThrowMisuse(value.Env(), "window must be an object");
    return false;
  }
  const auto object = value.As<Napi::Object>();
  DiskWindow part;
  if (!GetUint64(object.Get("start"), "window.start", &part.start) ||
      !GetUint64(object.Get("size"), "window.size", &part.size)) {
    return false;
  }
  *window = part;
  return true;
}

bool GetHandle(const Napi::Value& value, uint32_t* handle) {
  int64_t number;
  if (!GetInteger(value, "handle", 0, UINT32_MAX, &number)) return false;
  *handle = static_cast<uint32_t>(number);
  return true;
}

}  // namespace

Failure NoSuchOpenDisk(const char* syscall) {
  return Failure::Errno(EBADF, syscall, {}, "no disk is open under this number");
}

Napi::Value OpenDiskAt(const Napi::CallbackInfo& info) {
  std::string path;
  AttachMode mode;
  std::optional<DiskWindow> window;
  if (!GetString(info[0], "path", &path) || !GetDiskMode(info[1], &mode) || !GetWindow(info[2], &window)) {
    return info.Env().Undefined();
  }
  return Mailbox::Submit(info.Env(), std::make_shared<OpenDiskCall>(std::move(path), mode, window));
}

Napi::Value DiskChanges(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  uint32_t handle;
  if (!GetHandle(info[0], &handle)) return env.Undefined();
  const std::shared_ptr<OpenDisk> disk = OpenDisks::Instance().Find(handle);
  std::vector<OpenDisk::Range> ranges;
  const Failure failure = disk ? disk->Changes(&ranges) : NoSuchOpenDisk("diff");
  if (!failure.ok()) {
    napi_throw(env, MakeError(env, failure));
    return env.Undefined();
  }
  Napi::Array result = Napi::Array::New(env, ranges.size());
  for (size_t i = 0; i < ranges.size(); i++) {
    Napi::Object range = Napi::Object::New(env);
    range.Set("offset", Napi::BigInt::New(env, ranges[i].offset));
    range.Set("length", Napi::BigInt::New(env, ranges[i].length));
    result.Set(static_cast<uint32_t>(i), range);
  }
  return result;
}

Napi::Value CommitDisk(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  uint32_t handle;
  if (!GetHandle(info[0], &handle)) return env.Undefined();
  bool unsafe = false;
  if (info[2].IsObject()) {
    const Napi::Value value = info[2].As<Napi::Object>().Get("unsafe");
    if (!value.IsUndefined() && !GetBoolean(value, "unsafe", &unsafe)) return env.Undefined();
  }
  CallOptions options;
  options.progress = info[1];
  return Mailbox::Submit(env, std::make_shared<CommitDiskCall>(handle, unsafe), options);
}

Napi::Value CloseDisk(const Napi::CallbackInfo& info) {
  uint32_t handle;
  if (!GetHandle(info[0], &handle)) return info.Env().Undefined();
  return Mailbox::Submit(info.Env(), std::make_shared<CloseDiskCall>(handle));
}

}  // namespace kdisk
