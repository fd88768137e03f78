// SPDX-License-Identifier: GPL-2.0-only
// The redo journal: kill -9 at any point of a commit leaves the old image or the new one; a journal that does not fit
// is refused and changes nothing.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>

#include "../crc32c.h"
#include "../open_disk.h"
#include "check.h"

using namespace kdisk;

namespace {

using Bytes = std::vector<uint8_t>;

constexpr size_t kSize = 3 << 20;
constexpr int kRandomKills = 80;

// In memory where there is such a place: a kill is no power cut, and fsync takes most of a commit's time on a disk.
std::string Directory() { return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; }

uint32_t g_random = 4711;

uint32_t Random() {
  g_random = g_random * 1664525 + 1013904223;
  return g_random >> 8;
}

SegmentList Whole(Bytes& bytes) {
  SegmentList list;
  list.Add(bytes.data(), bytes.size());
  return list;
}

Bytes Before() {
  Bytes bytes(kSize);
  for (size_t i = 0; i < kSize; i++) bytes[i] = static_cast<uint8_t>(i * 13 + (i >> 12) + 1);
  return bytes;
}

// What Repair makes of it.
Bytes After() {
  Bytes bytes = Before();
  for (size_t block = 3; block < kSize / 4096; block += 3) memset(&bytes[block * 4096 + 100], 0x77, 3000);
  memset(&bytes[1 << 20], 0, 1 << 20);
  return bytes;
}

// In an overlay, up to its commit.
std::shared_ptr<OpenDisk> Repair(const std::string& path) {
  Failure failure;
  auto disk = OpenDisk::Open(path, AttachMode::kOverlay, {}, &failure);
  CHECK(disk);
  Bytes bytes(3000, 0x77);
  for (size_t block = 3; block < kSize / 4096; block += 3) CHECK(disk->Write(Whole(bytes), block * 4096 + 100) == 0);
  CHECK(disk->Punch(1 << 20, 1 << 20) == 0);
  return disk;
}

std::string JournalOf(const std::string& path) { return path + ".kdisk-redo"; }

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// A process that commits and is killed: when `steps` records are done (0: not), or after `microseconds` (0: not).
// Whether it was killed before its end.
bool Interrupt(const std::string& path, int steps, unsigned microseconds) {
  int ready[2];
  CHECK(pipe(ready) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    auto disk = Repair(path);
    CommitOptions options;
    options.progress = [steps](uint64_t, uint64_t) mutable {
      if (--steps == 0) raise(SIGKILL);
    };
    CommitResult result;
    if (write(ready[1], "x", 1) != 1) _exit(2);
    _exit(disk->Commit(options, &result).ok() && result.journal ? 0 : 1);
  }
  char byte;
  CHECK(read(ready[0], &byte, 1) == 1);
  close(ready[0]);
  close(ready[1]);
  if (microseconds) {
    usleep(microseconds);
    kill(child, SIGKILL);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
}

// Opened in memory, then for writing, the image is the old one or the new one. Whether it is the new one.
bool CheckEitherWay(const kdisk_test::ScratchFile& file, bool* journal) {
  const Bytes before = Before(), after = After();
  *journal = Exists(JournalOf(file.path()));
  bool is_new = false;
  for (const AttachMode mode : {AttachMode::kOverlay, AttachMode::kReadOnly, AttachMode::kReadWrite}) {
    Failure failure;
    auto disk = OpenDisk::Open(file.path(), mode, {}, &failure);
    CHECK(disk && disk->redone() == *journal && disk->read_only() == (mode == AttachMode::kReadOnly));
    Bytes shown(kSize);
    CHECK(disk->Read(Whole(shown), 0) == 0);
    is_new = shown == after;
    CHECK(is_new || shown == before);
    CHECK(is_new || !*journal);
    // Only those who write may touch it.
    if (mode != AttachMode::kReadWrite) CHECK(Exists(JournalOf(file.path())) == *journal);
  }
  CHECK(file.Read() == (is_new ? after : before));
  CHECK(!Exists(JournalOf(file.path())) && !Exists(JournalOf(file.path()) + "~"));
  return is_new;
}

std::string OpenCode(const std::string& path, AttachMode mode) {
  Failure failure;
  CHECK(!OpenDisk::Open(path, mode, {}, &failure));
  return failure.code;
}

// An image whose commit was killed in its middle, and its journal.
struct Interrupted {
  kdisk_test::ScratchFile file{Directory()};
  std::string journal = JournalOf(file.path());
  Bytes image, bytes;
  Interrupted() {
    file.Write(Before());
    CHECK(Interrupt(file.path(), 300, 0) && Exists(journal));
    image = file.Read();
    CHECK(image != Before() && image != After());
    FILE* stream = fopen(journal.c_str(), "r");
    struct stat status;
    CHECK(stream && stat(journal.c_str(), &status) == 0 && (status.st_mode & 0777) == 0600);
    bytes.resize(static_cast<size_t>(status.st_size));
    CHECK(fread(bytes.data(), 1, bytes.size(), stream) == bytes.size());
    fclose(stream);
  }
  ~Interrupted() { unlink(journal.c_str()); }
  void WriteJournal(const Bytes& content) const {
    FILE* stream = fopen(journal.c_str(), "w");
    CHECK(stream && fwrite(content.data(), 1, content.size(), stream) == content.size() && fclose(stream) == 0);
  }
};

}  // namespace

TEST(Crc32cOfKnownBytes) {
  CHECK(Crc32c("123456789", 9) == 0xe3069283);
  CHECK(Crc32c("456789", 6, Crc32c("123", 3)) == 0xe3069283);
  CHECK(Crc32c(Bytes(32).data(), 32) == 0x8a9136aa);
}

TEST(RedoAfterKillAtEachStep) {
  int with_journal = 0, old = 0;
  // Some 170 records, each noted and then written.
  for (int steps = 1;; steps += 23) {
    kdisk_test::ScratchFile file;
    file.Write(Before());
    if (!Interrupt(file.path(), steps, 0)) break;
    bool journal;
    if (!CheckEitherWay(file, &journal)) old++;
    if (journal) with_journal++;
  }
  CHECK(old >= 5 && with_journal >= 5);
}

TEST(RedoAfterKillAtRandom) {
  // How long a whole one takes.
  timespec start, end;
  kdisk_test::ScratchFile file(Directory());
  file.Write(Before());
  clock_gettime(CLOCK_MONOTONIC, &start);
  CHECK(!Interrupt(file.path(), 0, 0));
  clock_gettime(CLOCK_MONOTONIC, &end);
  const int64_t whole = (end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000;
  bool journal;
  CHECK(CheckEitherWay(file, &journal) && !journal);
  g_random = static_cast<uint32_t>(start.tv_nsec);
  printf("seed %u\n", g_random);
  fflush(stdout);
  int killed = 0;
  for (int i = 0; killed < kRandomKills && i < 10 * kRandomKills; i++) {
    file.Write(Before());
    if (Interrupt(file.path(), 0, 1 + Random() % static_cast<uint32_t>(whole))) killed++;
    CheckEitherWay(file, &journal);
  }
  CHECK(killed == kRandomKills);
}

TEST(RedoAfterKillOfTheRedo) {
  for (int i = 0; i < 20; i++) {
    Interrupted state;
    for (int again = 0; again < 3; again++) {
      const pid_t child = fork();
      CHECK(child >= 0);
      if (child == 0) {
        Failure failure;
        OpenDisk::Open(state.file.path(), AttachMode::kReadWrite, {}, &failure);
        _exit(0);
      }
      usleep(Random() % 3000);
      kill(child, SIGKILL);
      CHECK(waitpid(child, nullptr, 0) == child);
    }
    bool journal;
    CHECK(CheckEitherWay(state.file, &journal));
  }
}

TEST(RedoIsFoundThroughALink) {
  Interrupted state;
  const std::string link = state.file.path() + ".link";
  CHECK(symlink(state.file.path().c_str(), link.c_str()) == 0);
  Failure failure;
  auto disk = OpenDisk::Open(link, AttachMode::kReadWrite, {}, &failure);
  unlink(link.c_str());
  CHECK(disk && disk->redone() && state.file.Read() == After());
}

TEST(RedoOfAnOverlayIsCommittedWithIt) {
  Interrupted state;
  Failure failure;
  auto disk = OpenDisk::Open(state.file.path(), AttachMode::kOverlay, {}, &failure);
  Bytes more(512, 0x11), expected = After();
  CHECK(disk && disk->Write(Whole(more), 5 << 18) == 0);
  memcpy(&expected[5 << 18], more.data(), more.size());
  CommitResult result;
  CHECK(disk->Commit({}, &result).ok() && state.file.Read() == expected && !Exists(state.journal));
}

TEST(RedoRefusesAnotherImage) {
  Interrupted state;
  // One byte of what the journal is about; one that it must not touch, in a superblock; another length.
  for (const size_t place : {size_t{3} * 4096 + 50, size_t{1024}}) {
    Bytes changed = state.image;
    changed[place] ^= 1;
    state.file.Write(changed);
    for (const AttachMode mode : {AttachMode::kOverlay, AttachMode::kReadOnly, AttachMode::kReadWrite}) {
      CHECK(OpenCode(state.file.path(), mode) == "ERR_REDO_MISMATCH");
    }
    CHECK(state.file.Read() == changed && Exists(state.journal));
  }
  Bytes longer = state.image;
  longer.resize(kSize + 4096);
  state.file.Write(longer);
  CHECK(OpenCode(state.file.path(), AttachMode::kReadWrite) == "ERR_REDO_MISMATCH");
  CHECK(state.file.Read() == longer);
  // Whole images that came back, old or new, do fit.
  bool journal;
  state.file.Write(Before());
  CHECK(CheckEitherWay(state.file, &journal) && journal);
}

TEST(RedoRefusesDamage) {
  Interrupted state;
  for (int i = 0; i < 200; i++) {
    Bytes damaged = state.bytes;
    if (i < 100) {
      damaged[i < 64 ? static_cast<size_t>(i) : Random() % damaged.size()] ^= static_cast<uint8_t>(1 + Random() % 255);
    } else {
      damaged.resize(Random() % damaged.size());
    }
    state.WriteJournal(damaged);
    CHECK(OpenCode(state.file.path(), AttachMode::kReadWrite) == "ERR_REDO_DAMAGED");
    CHECK(state.file.Read() == state.image);
  }
  unlink(state.journal.c_str());
  CHECK(mkdir(state.journal.c_str(), 0700) == 0);
  CHECK(OpenCode(state.file.path(), AttachMode::kOverlay) == "ERR_REDO_DAMAGED");
  rmdir(state.journal.c_str());
  if (geteuid() == 0) {
    state.WriteJournal(state.bytes);
    CHECK(chown(state.journal.c_str(), 4711, 4711) == 0);
    CHECK(OpenCode(state.file.path(), AttachMode::kReadWrite) == "ERR_REDO_DAMAGED");
  }
}

TEST(RedoWithoutAPlace) {
  char directory[] = "/tmp/kdisk-test-XXXXXX";
  CHECK(mkdtemp(directory));
  const std::string path = std::string(directory) + "/image", blocker = JournalOf(path) + "~";
  FILE* stream = fopen(path.c_str(), "w");
  const Bytes before = Before();
  CHECK(stream && fwrite(before.data(), 1, kSize, stream) == kSize && fclose(stream) == 0);
  // Root can write anywhere: a directory of the draft's name stands for a place that takes no file.
  CHECK(mkdir(blocker.c_str(), 0700) == 0);
  auto disk = Repair(path);
  CommitResult result;
  CHECK(disk->Commit({}, &result).code == "ERR_NO_REDO" && !result.journal);
  CommitOptions options;
  options.unsafe = true;
  CHECK(disk->Commit(options, &result).ok() && !result.journal && result.bytes > 0);
  Bytes now(kSize);
  stream = fopen(path.c_str(), "r");
  CHECK(stream && fread(now.data(), 1, kSize, stream) == kSize && fclose(stream) == 0);
  CHECK(now == After());
  rmdir(blocker.c_str());
  unlink(path.c_str());
  CHECK(rmdir(directory) == 0);
}
