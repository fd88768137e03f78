// SPDX-License-Identifier: GPL-2.0-only
// boot, kernelLog, syscall and crash.
#include <algorithm>
#include <array>

#include "js_arguments.h"
#include "js_errors.h"
#include "js_exports.h"
#include "js_mailbox.h"

namespace kdisk {

namespace {

class BootCall : public Call {
 public:
  explicit BootCall(BootOptions options) : options_(std::move(options)) {}
  bool Run(Session* session) override {
    if (!session->booted) session->booted = session->kernel.Boot(options_);
    failure_ = Unusable(*session);
    if (failure_.ok()) failure_ = CheckMode(session->kernel.deterministic());
    return true;
  }
  Napi::Value Result(Napi::Env env) override { return env.Undefined(); }

 private:
  Failure Work(Session*) override { return {}; }

  Failure CheckMode(const DeterministicStart* runs) const {
    const auto& wanted = options_.deterministic;
    if (runs ? wanted && *wanted == *runs : !wanted) return {};
    const char* kind = !runs    ? "an ordinary one"
                       : wanted ? "deterministic with another timestamp or seed"
                                : "deterministic";
    return Failure::Code("ERR_KERNEL_MODE", std::string("the kernel of this process runs already, and it is ") + kind +
                                                ": a process has one kernel; start another process for this");
  }

  const BootOptions options_;
};

// The kernel's own limit, 2^63 ns less 30 years (TIME_SETTOD_SEC_MAX), in round numbers.
constexpr int64_t kLatestTimestamp = INT64_C(8000000000);

bool GetDeterministic(const Napi::Value& value, std::optional<DeterministicStart>* result) {
  if (value.IsUndefined()) return true;
  if (!value.IsObject()) {
    ThrowMisuse(value.Env(), "deterministic must be an object");
    return false;
  }
  const auto object = value.As<Napi::Object>();
  int64_t timestamp;
  uint8_t* seed;
  size_t size;
  if (!GetInteger(object.Get("timestamp"), "timestamp", 0, kLatestTimestamp, &timestamp) ||
      !GetBytes(object.Get("seed"), "seed", &seed, &size)) {
    return false;
  }
  DeterministicStart start;
  if (size != start.seed.size()) {
    ThrowMisuse(value.Env(), "seed must have 32 bytes");
    return false;
  }
  start.timestamp = static_cast<uint64_t>(timestamp);
  std::copy_n(seed, size, start.seed.begin());
  *result = start;
  return true;
}

class SyscallCall : public Call {
 public:
  SyscallCall() { request_.root = -1; }

  // False with a TypeError pending.
  bool Take(const Napi::CallbackInfo& info, CallOptions* options) {
    int64_t root, nr;
    if (!GetInteger(info[0], "root", -1, INT32_MAX, &root) || !GetInteger(info[1], "nr", 0, UINT32_MAX, &nr)) {
      return false;
    }
    request_.root = static_cast<int32_t>(root);
    request_.nr = static_cast<uint64_t>(nr);
    if (info.Length() > 2 + kArguments) {
      ThrowMisuse(info.Env(), "a system call takes at most six arguments");
      return false;
    }
    for (size_t i = 2; i < info.Length(); i++) {
      if (!TakeArgument(info[i], i - 2, options)) return false;
    }
    return true;
  }

  bool Run(Session* session) override {
    failure_ = Unusable(*session);
    if (!failure_.ok()) return true;
    session->kernel.Submit(&request_);
    return Poll(session);
  }
  bool Poll(Session* session) override {
    if (session->kernel.dead()) {
      failure_ = session->kernel.DeadFailure();
      return true;
    }
    return request_.done;
  }
  Napi::Value Result(Napi::Env env) override { return Napi::Number::New(env, static_cast<double>(request_.ret)); }

 private:
  static constexpr size_t kArguments = 6;

  Failure Work(Session*) override { return {}; }

  bool TakeArgument(const Napi::Value& value, size_t index, CallOptions* options) {
    uint64_t& slot = request_.args[index];
    if (value.IsNull() || value.IsUndefined()) {
      slot = 0;
      return true;
    }
    if (value.IsBigInt()) {
      bool lossless;
      slot = static_cast<uint64_t>(value.As<Napi::BigInt>().Int64Value(&lossless));
      if (!lossless) slot = value.As<Napi::BigInt>().Uint64Value(&lossless);
      if (!lossless) ThrowMisuse(value.Env(), "a system call argument must fit into 64 bits");
      return lossless;
    }
    if (value.IsString()) {
      if (!GetString(value, "a string argument", &copies_[index])) return false;
      slot = AddressOfCopy(index);
      return true;
    }
    if (value.IsNumber()) {
      int64_t number = 0;
      if (!GetInteger(value, "a system call argument", -kMaxSafeInteger, kMaxSafeInteger, &number)) return false;
      slot = static_cast<uint64_t>(number);
      return true;
    }
    uint8_t* data;
    size_t size;
    if (!GetBytes(value, "a system call argument", &data, &size)) return false;
    if (request_.nr == linux_abi::kMount && size < linux_abi::kPageSize) {
      copies_[index].assign(reinterpret_cast<const char*>(data), size);
      slot = AddressOfCopy(index);
      return true;
    }
    slot = Address(data);
    options->pins.push_back(value);
    return true;
  }

  // mount reads a page of options, however few there are; what lies behind them must be ours.
  uint64_t AddressOfCopy(size_t index) {
    if (request_.nr == linux_abi::kMount) copies_[index].resize(std::max(copies_[index].size(), linux_abi::kPageSize));
    return Address(copies_[index].c_str());
  }

  lkl_request request_ = {};
  std::array<std::string, kArguments> copies_;
};

class CrashCall : public Call {
 public:
  explicit CrashCall(uint32_t how) : how_(how) {}
  Napi::Value Result(Napi::Env env) override { return env.Undefined(); }

 private:
  Failure Work(Session* session) override {
    session->kernel.Syscall(-1, LKL_REQUEST_CRASH, {how_});
    return Failure::Code("ERR_KDISK_ALIVE", "the kernel survived");
  }
  const uint32_t how_;
};

}  // namespace

Napi::Value Boot(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsObject()) {
    ThrowMisuse(env, "options must be an object");
    return env.Undefined();
  }
  const auto options = info[0].As<Napi::Object>();
  BootOptions boot;
  int64_t memory;
  if (!GetString(options.Get("kernel"), "kernel", &boot.image) ||
      !GetInteger(options.Get("memory"), "memory", 0, kMaxSafeInteger, &memory)) {
    return env.Undefined();
  }
  boot.memory = static_cast<uint64_t>(memory);
  if (!GetDeterministic(options.Get("deterministic"), &boot.deterministic)) return env.Undefined();
  const Napi::Value command_line = options.Get("commandLine");
  if (!command_line.IsUndefined() && !GetString(command_line, "commandLine", &boot.command_line)) {
    return env.Undefined();
  }
  return Mailbox::Submit(env, std::make_shared<BootCall>(std::move(boot)));
}

Napi::Value KernelLog(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), Engine::Instance().log().Text());
}

Napi::Value Syscall(const Napi::CallbackInfo& info) {
  const auto call = std::make_shared<SyscallCall>();
  CallOptions options;
  if (!call->Take(info, &options)) return info.Env().Undefined();
  return Mailbox::Submit(info.Env(), call, options);
}

Napi::Value Crash(const Napi::CallbackInfo& info) {
  std::string how;
  if (!GetString(info[0], "how", &how)) return info.Env().Undefined();
  uint32_t kind;
  if (how == "panic") {
    kind = LKL_CRASH_PANIC;
  } else if (how == "bug") {
    kind = LKL_CRASH_BUG;
  } else if (how == "fault") {
    kind = LKL_CRASH_FAULT;
  } else {
    ThrowMisuse(info.Env(), "how must be 'panic', 'bug' or 'fault'");
    return info.Env().Undefined();
  }
  return Mailbox::Submit(info.Env(), std::make_shared<CrashCall>(kind));
}

}  // namespace kdisk
