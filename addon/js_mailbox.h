// SPDX-License-Identifier: GPL-2.0-only
// Promises for work on the engine thread: one mailbox for each JavaScript environment (main thread or worker).
#pragma once

#include <napi.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "engine.h"

namespace kdisk {

class Mailbox;

// A job that settles a promise. The constructor copies what it needs out of JavaScript; Work and Result meet only in
// members of the call, one after the other.
class Call : public Job {
 public:
  // Engine thread.
  bool Begin() final;
  bool Run(Session* session) override;
  void End(Session* session) final;

  // JavaScript thread, after success.
  virtual Napi::Value Result(Napi::Env env) = 0;
  // JavaScript thread: argument of the progress function.
  virtual Napi::Value Progress(Napi::Env env) { return env.Undefined(); }

 protected:
  // Engine thread, with a kernel that is alive.
  virtual Failure Work(Session* session) = 0;
  // Empty when there is a kernel to work with.
  static Failure Unusable(const Session& session);
  // Has Progress called, and the function with it.
  void Report();
  // Nobody waits for the result any more.
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

  Failure failure_;

 private:
  friend class Mailbox;
  std::shared_ptr<Mailbox> mailbox_;
  std::atomic<bool> cancelled_{false};
};

// What a call holds on to in JavaScript.
struct CallOptions {
  // Buffers the kernel reads or writes meanwhile.
  std::vector<Napi::Value> pins;
  // Undefined or a function.
  Napi::Value progress;
};

class Mailbox {
 public:
  // Once for each environment, at load.
  static void Install(Napi::Env env);
  // JavaScript thread; a promise.
  static Napi::Value Submit(Napi::Env env, std::shared_ptr<Call> call, const CallOptions& options = {});

 private:
  friend class Call;
  struct Pending {
    explicit Pending(Napi::Env env) : deferred(Napi::Promise::Deferred::New(env)) {}
    std::shared_ptr<Call> call;
    Napi::Promise::Deferred deferred;
    std::vector<Napi::Reference<Napi::Value>> pins;
    Napi::FunctionReference progress;
    // Thrown by the progress function.
    Napi::Reference<Napi::Value> thrown;
  };
  struct Letter {
    Call* call;
    bool final;
  };

  static void OnLetters(napi_env env, napi_value function, void* context, void* data);
  static void OnCleanup(void* mailbox);

  bool Enter();
  void Post(Call* call, bool final);
  void Drain(Napi::Env env);
  void CallProgress(Napi::Env env, Pending* pending);
  void Settle(Napi::Env env, Pending* pending);
  void Close();

  // JavaScript thread.
  std::unordered_map<Call*, std::unique_ptr<Pending>> pending_;

  std::mutex mutex_;
  std::condition_variable left_;
  // Null once closed: the environment is going away.
  napi_threadsafe_function wake_ = nullptr;
  bool closed_ = false;
  // Calls that the engine has begun and not ended.
  int active_ = 0;
  std::deque<Letter> letters_;
};

}  // namespace kdisk
