// SPDX-License-Identifier: GPL-2.0-only
// The writing thread of a copy: order, limits, end.
#include "../host_writer.h"

#include "check.h"

using namespace kdisk;

TEST(WriterKeepsOrder) {
  std::vector<int> seen;
  HostWriter writer;
  for (int i = 0; i < 5000; i++) {
    const auto bytes = writer.Buffer(i % 50 == 0 ? HostWriter::kLargeBuffer : 100);
    bytes.get()[99] = static_cast<uint8_t>(i);
    writer.Post([&seen, bytes, i] {
      CHECK(bytes.get()[99] == static_cast<uint8_t>(i));
      if (i % 500 == 0) usleep(1000);
      seen.push_back(i);
    });
    if (i % 1000 == 0) {
      writer.Drain();
      CHECK(seen.size() == static_cast<size_t>(i) + 1);
    }
  }
  writer.Drain();
  CHECK(seen.size() == 5000);
  for (int i = 0; i < 5000; i++) CHECK(seen[static_cast<size_t>(i)] == i);
}

TEST(WriterEndsItsTasks) {
  int done = 0;
  {
    HostWriter writer;
    for (int i = 0; i < 30; i++) {
      writer.Post([&done] {
        usleep(500);
        done++;
      });
    }
  }
  CHECK(done == 30);
  HostWriter unused;
}
