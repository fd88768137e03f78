// SPDX-License-Identifier: GPL-2.0-only
// The queue of a copy: see event_queue.h.
#include "event_queue.h"

namespace kdisk {

namespace {

// Some tens of microseconds: the next event is nearer than a sleep and the wake-up after it.
constexpr int kWatches = 500;

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

template <typename Condition>
void EventQueue::Wait(std::atomic<bool>* waits, Condition condition) {
  for (int i = 0; i < kWatches; i++) {
    if (condition()) return;
    Pause();
  }
  std::unique_lock<std::mutex> lock(mutex_);
  waits->store(true);
  // After the store: whoever changes it from now on sees that somebody waits.
  changed_.wait(lock, condition);
  waits->store(false);
}

void EventQueue::Wake(std::atomic<bool>* waits) {
  if (!waits->load()) return;
  // The lock: it may be between its look and its sleep.
  { std::lock_guard<std::mutex> lock(mutex_); }
  changed_.notify_all();
}

Event* EventQueue::Room() {
  // Down to the half before the next, so that the two sides do not wake each other for every event.
  if (Count() == kLimit) Wait(&putter_waits_, [this] { return Count() <= kLimit / 2; });
  return &slots_[put_.load() % kLimit];
}

void EventQueue::Put() {
  put_.fetch_add(1);
  Wake(&taker_waits_);
}

void EventQueue::Close() {
  closed_.store(true);
  Wake(&taker_waits_);
}

Event* EventQueue::Front() {
  Wait(&taker_waits_, [this] { return Count() > 0 || closed_.load(); });
  return Count() > 0 ? &slots_[taken_.load() % kLimit] : nullptr;
}

void EventQueue::Pop() {
  taken_.fetch_add(1);
  if (Count() <= kLimit / 2) Wake(&putter_waits_);
}

}  // namespace kdisk
