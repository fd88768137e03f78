// SPDX-License-Identifier: GPL-2.0-only
// Events as records and back, and records that are none.
#include "../tree/records.h"

#include <cerrno>
#include <cstring>
#include <random>

#include "check.h"

using namespace kdisk;

namespace {

Event Sample() {
  auto metadata = std::make_shared<Metadata>();
  metadata->status.mode = 0100644;
  metadata->status.uid = 42;
  metadata->flags = 0x40;
  metadata->has_flags = true;
  metadata->xattrs = {{"user.empty", ""}, {"user.binary", std::string("a\0b", 3)}};
  Event event;
  event.kind = Event::Kind::kFile;
  event.name = "name";
  event.path = "/some/name";
  event.metadata = metadata;
  event.whole = true;
  event.size = 5;
  event.bytes = std::shared_ptr<uint8_t>(new uint8_t[5], std::default_delete<uint8_t[]>());
  memcpy(event.bytes.get(), "12345", 5);
  return event;
}

}  // namespace

TEST(RecordsComeBack) {
  std::vector<uint8_t> records;
  CHECK(AppendRecord(&records, Sample()) == 0);
  Event link;
  link.kind = Event::Kind::kHardLink;
  link.name = "second";
  link.target = "some/name";
  CHECK(AppendRecord(&records, link) == 0);
  CHECK(records.size() % 8 == 0);
  RecordReader reader(records.data(), records.size());
  Event event;
  CHECK(reader.Next(&event));
  CHECK(event.kind == Event::Kind::kFile && event.whole && event.name == "name" && event.path == "/some/name");
  CHECK(event.size == 5 && memcmp(event.bytes.get(), "12345", 5) == 0);
  CHECK(event.metadata->status.uid == 42 && event.metadata->flags == 0x40 && event.metadata->has_flags);
  CHECK(event.metadata->xattrs.size() == 2 && event.metadata->xattrs[1].value == std::string("a\0b", 3));
  CHECK(reader.Next(&event));
  CHECK(event.kind == Event::Kind::kHardLink && event.target == "some/name" && !event.metadata);
  CHECK(!reader.Next(&event) && !reader.damaged());
}

TEST(RecordsRefuseWhatDoesNotFit) {
  std::vector<uint8_t> records;
  Event event = Sample();
  event.target = std::string(70000, 'x');
  CHECK(AppendRecord(&records, event) == -ENAMETOOLONG);
  CHECK(records.empty());
}

// Whatever the bytes are, nothing beyond them is read (ASan) and it comes to an end.
TEST(RecordsSurviveDamage) {
  std::vector<uint8_t> good;
  for (int i = 0; i < 3; i++) AppendRecord(&good, Sample());
  std::mt19937 random(1);
  int damaged = 0;
  for (int round = 0; round < 20000; round++) {
    std::vector<uint8_t> bytes = good;
    for (int change = 0; change < 3; change++) bytes[random() % bytes.size()] = static_cast<uint8_t>(random());
    bytes.resize(random() % (bytes.size() + 1));
    bytes.shrink_to_fit();
    RecordReader reader(bytes.data(), bytes.size());
    Event event;
    int count = 0;
    while (reader.Next(&event)) {
      CHECK(++count <= 3);
      unsigned sum = 0;
      for (size_t i = 0; i < event.size; i++) sum += event.bytes.get()[i];
      CHECK(sum <= 255 * event.size);
    }
    if (reader.damaged()) damaged++;
  }
  CHECK(damaged > 1000);
}
