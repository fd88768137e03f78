// SPDX-License-Identifier: GPL-2.0-only
// Events on their way from the thread that reads a tree to the one that writes it. They stay in their slots, so that
// their memory is freed by the thread that took it, which costs no lock of the allocator's.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "event.h"

namespace kdisk {

// One thread puts, one takes.
class EventQueue {
 public:
  static constexpr size_t kLimit = 64;

  // Slot for the next event, what it last held is still there; waits while all are in use.
  Event* Room();
  // What Room gave is filled.
  void Put();
  // No event follows.
  void Close();

  // The oldest event; waits while there is none. Null once it is closed and empty.
  Event* Front();
  // What Front gave is done with.
  void Pop();

 private:
  size_t Count() const { return put_.load() - taken_.load(); }
  template <typename Condition>
  void Wait(std::atomic<bool>* waits, Condition condition);
  void Wake(std::atomic<bool>* waits);

  std::array<Event, kLimit> slots_;
  std::atomic<size_t> put_{0};
  std::atomic<size_t> taken_{0};
  std::atomic<bool> closed_{false};

  // For a side that sleeps.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> putter_waits_{false};
  std::atomic<bool> taker_waits_{false};
};

}  // namespace kdisk
