// SPDX-License-Identifier: GPL-2.0-only
// The queue and the buffers of a copy, with a thread at each end: order, limits, end.
#include <cstring>
#include <thread>

#include "../tree/buffer_pool.h"
#include "../tree/event_queue.h"
#include "check.h"

using namespace kdisk;

TEST(QueueKeepsOrderAndContent) {
  constexpr uint64_t kEvents = 20000;
  BufferPool buffers(EventQueue::kLimit + 1, 4);
  EventQueue queue;
  std::thread putter([&] {
    for (uint64_t i = 0; i < kEvents; i++) {
      Event* event = queue.Room();
      *event = Event();
      const bool large = i % 50 == 0;
      event->kind = large ? Event::Kind::kData : Event::Kind::kFile;
      event->bytes = buffers.Take(large ? BufferPool::kLarge : 100);
      event->name = "a name that is too long to lie in the string itself " + std::to_string(i);
      event->offset = i;
      memcpy(event->bytes.get(), &i, sizeof(i));
      if (i % 3000 == 0) usleep(2000);
      queue.Put();
    }
    queue.Close();
  });
  uint64_t seen = 0;
  while (Event* event = queue.Front()) {
    uint64_t content;
    memcpy(&content, event->bytes.get(), sizeof(content));
    CHECK(event->offset == seen && content == seen);
    CHECK(event->name.size() > 50);
    if (event->kind == Event::Kind::kData) event->bytes.reset();
    if (seen % 2500 == 0) usleep(3000);
    queue.Pop();
    seen++;
  }
  putter.join();
  CHECK(seen == kEvents);
  CHECK(queue.Front() == nullptr);
}

TEST(QueueEndsEmpty) {
  EventQueue queue;
  std::thread putter([&] {
    usleep(3000);
    queue.Close();
  });
  CHECK(queue.Front() == nullptr);
  putter.join();
}
