// SPDX-License-Identifier: GPL-2.0-only
// Boot, requests, faults and jobs with the fake kernel; devices of the real one are tested from Node.
#include "../kernel.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "../engine.h"
#include "../fault_guard.h"
#include "check.h"

using namespace kdisk;

namespace {

enum Request : uint64_t { kAdd = 1, kSpin, kFault, kJumpToNull, kWait, kRelease, kDie, kSleep, kAlias, kOverflowStack };

Kernel* BootFake() {
  auto* kernel = new Kernel;
  BootOptions options;
  options.image = KDISK_FAKE_KERNEL;
  options.memory = 8 << 20;
  const Failure failure = kernel->Boot(options);
  if (!failure.ok()) fprintf(stderr, "%s\n", failure.message.c_str());
  CHECK(failure.ok());
  return kernel;
}

void CheckDead(Kernel* kernel, const char* words) {
  CHECK(kernel->dead());
  CHECK(kernel->Syscall(-1, kAdd, {1, 2}) == Kernel::kDead);
  CHECK(kernel->NextDue() == UINT64_MAX);
  CHECK(kernel->DeadFailure().code == "EKERNELDEAD");
  CHECK_CONTAINS(kernel->DeadFailure().message, words);
}

}  // namespace

TEST(KernelRequests) {
  Kernel* kernel = BootFake();
  CHECK_CONTAINS(kernel->log().Text(), "fake kernel runs");
  CHECK(kernel->Syscall(-1, kAdd, {1, 2}) == 3);
  CHECK(kernel->Syscall(-1, 99, {}) == -38);
  // Sleeps in the kernel, so the host must wait for its deadline.
  CHECK(kernel->Syscall(-1, kSleep, {20000000}) == 6);
}

TEST(KernelBootRefuses) {
  BootOptions options;
  options.image = KDISK_FAKE_KERNEL;
  options.memory = 5 << 20;
  CHECK(Kernel().Boot(options).error == EINVAL);
  options.memory = 8 << 20;
  options.command_line = std::string(3000, 'x');
  CHECK(Kernel().Boot(options).error == E2BIG);
  options.command_line.clear();
  options.image = "/nonexistent";
  CHECK(Kernel().Boot(options).error == ENOENT);
}

TEST(KernelDies) {
  Kernel* kernel = BootFake();
  CHECK(kernel->Syscall(-1, kDie, {}) == Kernel::kDead);
  CheckDead(kernel, "kernel stopped");
}

TEST(KernelFaults) {
  Kernel* kernel = BootFake();
  CHECK(kernel->Syscall(-1, kFault, {}) == Kernel::kDead);
  CheckDead(kernel, "at address 0x8, image offset 0x");
}

TEST(KernelJumpsToNull) {
  Kernel* kernel = BootFake();
  CHECK(kernel->Syscall(-1, kJumpToNull, {}) == Kernel::kDead);
  CheckDead(kernel, "at address 0x0");
}

TEST(KernelOverflowsStack) {
  Kernel* kernel = BootFake();
  CHECK(kernel->Syscall(-1, kOverflowStack, {}) == Kernel::kDead);
  CheckDead(kernel, "kernel fault");
}

TEST(KernelInterrupted) {
  Kernel* kernel = BootFake();
  std::thread other([] {
    usleep(50000);
    FaultGuard::Interrupt();
  });
  CHECK(kernel->Syscall(-1, kSpin, {}) == Kernel::kDead);
  other.join();
  CheckDead(kernel, "stopped by the host");
}

// Faults that are not the kernel's go to who handled them before.
TEST(ForeignFaultIsPassedOn) {
  struct sigaction action = {};
  action.sa_handler = [](int) { _exit(0); };
  sigaction(SIGSEGV, &action, nullptr);
  BootFake();
  raise(SIGSEGV);
  CHECK(!"reached");
}

TEST(KernelAlias) {
  Kernel* kernel = BootFake();
  CHECK(kernel->Syscall(-1, kAlias, {4 << 20, 8192}) == 0);
  // A page of the image, which is not in the shared object yet.
  CHECK(kernel->Syscall(-1, kAlias, {0x3000, 4096}) == 0);
  CHECK(kernel->Syscall(-1, kAdd, {1, 2}) == 3);
  CHECK(kernel->Syscall(-1, kAlias, {8 << 20, 4096}) == -ENOMEM);
  CHECK(kernel->Syscall(-1, kAlias, {4 << 20, UINT64_C(1) << 40}) == -ENOMEM);
}

TEST(MemoryAliasShowsRam) {
  Failure failure;
  const auto memory = Memory::Create(8 << 20, &failure);
  CHECK(memory && reinterpret_cast<uint64_t>(memory->ram()) % (2 << 20) == 0);
  CHECK(memory->vmalloc_size() == UINT64_C(1) << 30);
  uint8_t* address = memory->vmalloc() + (1 << 20);
  CHECK(memory->Alias(address, 0x5000, 0x2000) == 0);
  memory->ram()[0x6001] = 9;
  CHECK(address[0x1001] == 9);
  CHECK(memory->Alias(address, 0x9000, 0x1000) == 0);
  address[0] = 3;
  CHECK(memory->ram()[0x9000] == 3 && address[0x1001] == 9);
  CHECK(memory->Unalias(address, 0x2000) == 0);
  CHECK(memory->Alias(memory->vmalloc() - 4096, 0, 4096) == -ENOMEM);
  CHECK(memory->Unalias(memory->ram(), 4096) == -ENOMEM);
}

namespace {

// A job around a function, whose end a test can wait for.
class TestJob : public Job {
 public:
  explicit TestJob(std::function<void(Session*)> work, lkl_request* request = nullptr)
      : work_(std::move(work)), request_(request) {}
  bool Begin() override { return true; }
  bool Run(Session* session) override {
    if (work_) work_(session);
    if (request_) session->kernel.Submit(request_);
    return Poll(session);
  }
  bool Poll(Session*) override { return !request_ || request_->done; }
  void End(Session*) override { ended_ = true; }
  void Wait() {
    while (!ended_) usleep(100);
  }
  bool ended() const { return ended_; }

 private:
  std::function<void(Session*)> work_;
  lkl_request* request_;
  std::atomic<bool> ended_{false};
};

}  // namespace

TEST(EngineKeepsOthersGoing) {
  Engine& engine = Engine::Instance();
  const auto boot = std::make_shared<TestJob>([](Session* session) {
    BootOptions options;
    options.image = KDISK_FAKE_KERNEL;
    options.memory = 8 << 20;
    CHECK(session->kernel.Boot(options).ok());
  });
  static lkl_request wait = {}, sleep = {}, add = {}, release = {};
  wait.nr = kWait;
  sleep.nr = kSleep;
  sleep.args[0] = 30000000;
  add.nr = kAdd;
  release.nr = kRelease;
  const auto waiting = std::make_shared<TestJob>(nullptr, &wait);
  const auto sleeping = std::make_shared<TestJob>(nullptr, &sleep);
  const auto adding = std::make_shared<TestJob>(nullptr, &add);
  for (const auto& job : {boot, waiting, sleeping, adding}) CHECK(engine.Post(job));
  adding->Wait();
  CHECK(!waiting->ended() && !sleeping->ended());
  // Nothing is posted now: the engine wakes up for the kernel's deadline by itself.
  sleeping->Wait();
  CHECK(!waiting->ended() && sleep.ret == 6);
  CHECK(engine.Post(std::make_shared<TestJob>(nullptr, &release)));
  waiting->Wait();
  CHECK(wait.ret == 5);
}

TEST(LogKeepsTheNewest) {
  LogRing log;
  log.Append("first line\n", 11);
  CHECK(log.Text() == "first line\n");
  const std::string line(99, 'x');
  for (size_t i = 0; i < 3000; i++) log.Append((line + "\n").c_str(), 100);
  CHECK(log.Text().size() <= LogRing::kSize && log.Text().size() > LogRing::kSize - 100);
  CHECK(log.Text().compare(0, 99, line) == 0);
  log.Append("Kernel panic - not syncing: why\nmore\n", 37);
  CHECK(log.LastWords() == "Kernel panic - not syncing: why\nmore");
  const std::string huge(LogRing::kSize * 2, 'y');
  log.Append(huge.data(), huge.size());
  CHECK(log.Text().size() <= LogRing::kSize);
}
