// SPDX-License-Identifier: GPL-2.0-only
// attach, attachDisk, detach and readDisk.
#include "js_arguments.h"
#include "js_disks.h"
#include "js_errors.h"
#include "js_exports.h"
#include "js_mailbox.h"
#include "open_disks.h"

namespace kdisk {

namespace {

class AttachedCall : public Call {
 public:
  Napi::Value Result(Napi::Env env) override {
    Napi::Array partitions = Napi::Array::New(env, disk_.partitions.size());
    for (size_t i = 0; i < disk_.partitions.size(); i++) {
      const Partition& from = disk_.partitions[i];
      Napi::Object partition = Napi::Object::New(env);
      partition.Set("index", from.index);
      partition.Set("start", Napi::BigInt::New(env, from.start));
      partition.Set("size", Napi::BigInt::New(env, from.size));
      partition.Set("name", from.name);
      partition.Set("device", from.device);
      partitions.Set(static_cast<uint32_t>(i), partition);
    }
    Napi::Object disk = Napi::Object::New(env);
    disk.Set("id", disk_.id);
    disk.Set("name", disk_.name);
    disk.Set("size", Napi::BigInt::New(env, disk_.size));
    disk.Set("device", disk_.device);
    disk.Set("partitions", partitions);
    return disk;
  }

 protected:
  Disk disk_;
};

class AttachCall : public AttachedCall {
 public:
  AttachCall(std::string path, AttachMode mode) : path_(std::move(path)), mode_(mode) {}

 private:
  Failure Work(Session* session) override { return session->disks.Attach(path_, mode_, &disk_); }

  const std::string path_;
  const AttachMode mode_;
};

class AttachDiskCall : public AttachedCall {
 public:
  explicit AttachDiskCall(uint32_t handle) : handle_(handle) {}

 private:
  Failure Work(Session* session) override {
    std::shared_ptr<OpenDisk> open = OpenDisks::Instance().Find(handle_);
    return open ? session->disks.Attach(std::move(open), &disk_) : NoSuchOpenDisk("attach");
  }

  const uint32_t handle_;
};

class DetachCall : public Call {
 public:
  explicit DetachCall(uint32_t id) : id_(id) {}
  Napi::Value Result(Napi::Env env) override { return env.Undefined(); }

 private:
  Failure Work(Session* session) override { return session->disks.Detach(id_); }
  const uint32_t id_;
};

class ReadDiskCall : public Call {
 public:
  ReadDiskCall(uint32_t id, uint64_t offset, uint8_t* target, size_t size)
      : id_(id), offset_(offset), target_(target), size_(size) {}
  Napi::Value Result(Napi::Env env) override { return Napi::Number::New(env, static_cast<double>(done_)); }

 private:
  Failure Work(Session* session) override { return session->disks.Read(id_, offset_, target_, size_, &done_); }

  const uint32_t id_;
  const uint64_t offset_;
  uint8_t* const target_;
  const size_t size_;
  size_t done_ = 0;
};

}  // namespace

bool GetDiskMode(const Napi::Value& value, AttachMode* mode) {
  std::string name;
  if (!GetString(value, "mode", &name)) return false;
  if (name == "overlay") {
    *mode = AttachMode::kOverlay;
  } else if (name == "read-only") {
    *mode = AttachMode::kReadOnly;
  } else if (name == "read-write") {
    *mode = AttachMode::kReadWrite;
  } else {
    ThrowMisuse(value.Env(), "mode must be 'overlay', 'read-only' or 'read-write'");
    return false;
  }
  return true;
}

Napi::Value Attach(const Napi::CallbackInfo& info) {
  std::string path;
  AttachMode mode;
  if (!GetString(info[0], "path", &path) || !GetDiskMode(info[1], &mode)) return info.Env().Undefined();
  return Mailbox::Submit(info.Env(), std::make_shared<AttachCall>(std::move(path), mode));
}

Napi::Value AttachDisk(const Napi::CallbackInfo& info) {
  int64_t handle;
  if (!GetInteger(info[0], "handle", 0, UINT32_MAX, &handle)) return info.Env().Undefined();
  return Mailbox::Submit(info.Env(), std::make_shared<AttachDiskCall>(static_cast<uint32_t>(handle)));
}

Napi::Value Detach(const Napi::CallbackInfo& info) {
  int64_t id;
  if (!GetInteger(info[0], "id", 0, UINT32_MAX, &id)) return info.Env().Undefined();
  return Mailbox::Submit(info.Env(), std::make_shared<DetachCall>(static_cast<uint32_t>(id)));
}

Napi::Value ReadDisk(const Napi::CallbackInfo& info) {
  int64_t id;
  uint64_t offset;
  uint8_t* target;
  size_t size;
  if (!GetInteger(info[0], "id", 0, UINT32_MAX, &id) || !GetUint64(info[1], "offset", &offset) ||
      !GetBytes(info[2], "target", &target, &size)) {
    return info.Env().Undefined();
  }
  CallOptions options;
  options.pins.push_back(info[2]);
  return Mailbox::Submit(info.Env(), std::make_shared<ReadDiskCall>(static_cast<uint32_t>(id), offset, target, size),
                         options);
}

}  // namespace kdisk
