// SPDX-License-Identifier: GPL-2.0-only
// readOnce and list.
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
    return HandOver(env, std::move(records_));
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

}  // namespace kdisk
