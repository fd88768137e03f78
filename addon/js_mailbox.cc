// SPDX-License-Identifier: GPL-2.0-only
// Delivery of results to JavaScript: see js_mailbox.h.
#include "js_mailbox.h"

#include <cerrno>
#include <chrono>
#include <new>
#include <utility>

#include "js_errors.h"

namespace kdisk {

namespace {

// How long an environment that ends waits for work that uses its buffers, before it stops the kernel.
constexpr auto kPatience = std::chrono::seconds(5);
constexpr auto kInterruptInterval = std::chrono::milliseconds(10);
constexpr int kInterruptTries = 300;

}  // namespace

bool Call::Begin() { return mailbox_->Enter(); }

Failure Call::Unusable(const Session& session) {
  if (!session.booted) return Failure::Code("ERR_KDISK_NOT_BOOTED", "no kernel runs yet: call boot() first");
  if (session.kernel.dead()) return session.kernel.DeadFailure();
  return *session.booted;
}

bool Call::Run(Session* session) {
  failure_ = Unusable(*session);
  if (!failure_.ok()) return true;
  try {
    failure_ = Work(session);
  } catch (const std::bad_alloc&) {
    failure_ = Failure::Errno(ENOMEM, "kdisk");
  }
  if (session->kernel.dead()) failure_ = session->kernel.DeadFailure();
  return true;
}

void Call::End(Session*) { mailbox_->Post(this, true); }

void Call::Report() { mailbox_->Post(this, false); }

void Mailbox::Install(Napi::Env env) {
  auto* mailbox = new std::shared_ptr<Mailbox>(std::make_shared<Mailbox>());
  env.SetInstanceData(mailbox);
  // The function keeps a share of its own: it may be closed after the instance data.
  auto* context = new std::shared_ptr<Mailbox>(*mailbox);
  const auto release = [](napi_env, void* data, void*) { delete static_cast<std::shared_ptr<Mailbox>*>(data); };
  napi_threadsafe_function wake = nullptr;
  const napi_value name = Napi::String::New(env, "kdisk");
  if (napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, context, release, context, OnLetters, &wake) !=
      napi_ok) {
    delete context;
    ThrowMisuse(env, "no thread-safe function could be made");
    return;
  }
  // An idle kernel keeps no process alive.
  napi_unref_threadsafe_function(env, wake);
  (*mailbox)->wake_ = wake;
  // After the function: hooks run in reverse order, so it still lives when Close takes it away from the engine.
  napi_add_env_cleanup_hook(env, OnCleanup, mailbox->get());
}

Napi::Value Mailbox::Submit(Napi::Env env, std::shared_ptr<Call> call, const CallOptions& options) {
  const std::shared_ptr<Mailbox> mailbox = *env.GetInstanceData<std::shared_ptr<Mailbox>>();
  auto pending = std::make_unique<Pending>(env);
  const Napi::Promise promise = pending->deferred.Promise();
  call->mailbox_ = mailbox;
  pending->call = call;
  for (const Napi::Value& pin : options.pins) pending->pins.push_back(Napi::Reference<Napi::Value>::New(pin, 1));
  if (options.progress.IsFunction()) pending->progress = Napi::Persistent(options.progress.As<Napi::Function>());
  if (!Engine::Instance().Post(call)) {
    pending->deferred.Reject(MakeError(env, Failure::Errno(EAGAIN, "pthread_create")));
    return promise;
  }
  if (mailbox->pending_.empty()) napi_ref_threadsafe_function(env, mailbox->wake_);
  mailbox->pending_[call.get()] = std::move(pending);
  return promise;
}

bool Mailbox::Enter() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (closed_) return false;
  active_++;
  return true;
}

void Mailbox::Post(Call* call, bool final) {
  // Under the lock to the end: Close must not take the function away in the middle.
  std::lock_guard<std::mutex> lock(mutex_);
  if (final) active_--;
  left_.notify_all();
  if (closed_) return;
  letters_.push_back({call, final});
  napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
}

void Mailbox::OnLetters(napi_env env, napi_value, void* context, void*) {
  // Null while the environment is torn down.
  if (env) (*static_cast<std::shared_ptr<Mailbox>*>(context))->Drain(env);
}

void Mailbox::Drain(Napi::Env env) {
  std::deque<Letter> letters;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    letters.swap(letters_);
  }
  for (const Letter& letter : letters) {
    Napi::HandleScope scope(env);
    const auto found = pending_.find(letter.call);
    if (found == pending_.end()) continue;
    if (!letter.final) {
      CallProgress(env, found->second.get());
      continue;
    }
    const std::unique_ptr<Pending> pending = std::move(found->second);
    pending_.erase(found);
    if (pending_.empty()) napi_unref_threadsafe_function(env, wake_);
    Settle(env, pending.get());
  }
}

// A progress function that throws stops the call, whose promise is then rejected with what was thrown.
void Mailbox::CallProgress(Napi::Env env, Pending* pending) {
  if (pending->progress.IsEmpty() || !pending->thrown.IsEmpty()) return;
  pending->progress.Call({pending->call->Progress(env)});
  napi_value thrown = nullptr;
  if (!env.IsExceptionPending() || napi_get_and_clear_last_exception(env, &thrown) != napi_ok) return;
  // Only objects can be held; a thrown string is wrapped.
  Napi::Value value(env, thrown);
  if (!value.IsObject()) value = Napi::Error::New(env, value.ToString().Utf8Value()).Value();
  pending->thrown = Napi::Reference<Napi::Value>::New(value, 1);
  pending->call->cancelled_.store(true, std::memory_order_relaxed);
}

void Mailbox::Settle(Napi::Env env, Pending* pending) {
  const Failure& failure = pending->call->failure_;
  if (!pending->thrown.IsEmpty()) {
    pending->deferred.Reject(pending->thrown.Value());
  } else if (!failure.ok()) {
    pending->deferred.Reject(MakeError(env, failure));
  } else {
    pending->deferred.Resolve(pending->call->Result(env));
  }
}

void Mailbox::OnCleanup(void* mailbox) { static_cast<Mailbox*>(mailbox)->Close(); }

void Mailbox::Close() {
  for (auto& entry : pending_) entry.first->cancelled_.store(true, std::memory_order_relaxed);
  {
    std::unique_lock<std::mutex> lock(mutex_);
    closed_ = true;
    wake_ = nullptr;
    // The buffers of calls under way are freed with the environment. A call that does not come to an end (a kernel
    // that spins, a pipe nobody writes to) is ended: memory must not be written to after that, whatever it costs.
    if (!left_.wait_for(lock, kPatience, [this] { return active_ == 0; })) {
      for (int i = 0; i < kInterruptTries && active_ > 0; i++) {
        lock.unlock();
        Engine::Instance().Interrupt();
        lock.lock();
        left_.wait_for(lock, kInterruptInterval, [this] { return active_ == 0; });
      }
    }
  }
  pending_.clear();
}

}  // namespace kdisk
