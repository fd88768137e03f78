// SPDX-License-Identifier: GPL-2.0-only
// The engine thread: see engine.h.
#include "engine.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <thread>

#include "fault_guard.h"

namespace kdisk {

namespace {

// Devices and bulk operations run on it; no deep recursion anywhere.
constexpr size_t kStackSize = 1 << 20;

// JavaScript that awaits one call after the other comes back within this time, sooner than a thread wakes up.
constexpr uint64_t kWatchNs = 30000;

}  // namespace

Engine& Engine::Instance() {
  static Engine* const engine = new Engine;
  return *engine;
}

Engine::Engine() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  // The new thread inherits the mask: a signal of the process must never land on it, not even before boot.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  started_ = pthread_create(&thread, &attributes, Thread, this) == 0;
  if (started_) pthread_setname_np(thread, "kdisk-kernel");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
}

void* Engine::Thread(void* engine) {
  static_cast<Engine*>(engine)->Loop();
  return nullptr;
}

bool Engine::Post(std::shared_ptr<Job> job) {
  if (!started_) return false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  session_.kernel.doorbell().Ring();
  return true;
}

void Engine::Interrupt() {
  FaultGuard::Interrupt();
  session_.kernel.doorbell().Ring();
}

std::shared_ptr<Job> Engine::Next() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (jobs_.empty()) return nullptr;
  std::shared_ptr<Job> job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

void Engine::Loop() {
  Kernel& kernel = session_.kernel;
  // With one processor a watch would keep the very thread off it that is to ring.
  const uint64_t watch = std::thread::hardware_concurrency() > 1 ? kWatchNs : 0;
  for (;;) {
    bool worked = false;
    while (std::shared_ptr<Job> job = Next()) {
      if (!job->Begin()) continue;
      if (job->Run(&session_)) {
        job->End(&session_);
      } else {
        waiting_.push_back(std::move(job));
      }
      PollWaiting();
      worked = true;
    }
    if (kernel.NextDue() <= Host::Monotonic()) {
      kernel.RunDue();
      PollWaiting();
      continue;
    }
    if (worked && watch) kernel.doorbell().Watch(watch);
    kernel.doorbell().Wait(kernel.NextDue());
  }
}

void Engine::PollWaiting() {
  const auto done = std::stable_partition(waiting_.begin(), waiting_.end(), [this](const std::shared_ptr<Job>& job) {
    return !job->Poll(&session_);
  });
  for (auto job = done; job != waiting_.end(); ++job) (*job)->End(&session_);
  waiting_.erase(done, waiting_.end());
}

}  // namespace kdisk
