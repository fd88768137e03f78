// SPDX-License-Identifier: GPL-2.0-only
// Boot and requests: see kernel.h.
#include "kernel.h"

#include <cerrno>
#include <cinttypes>
#include <cstdio>

#include "fault_guard.h"

namespace kdisk {

namespace {

// A request that has waited this long with the kernel idle, while devices answer at once, will never end.
constexpr uint64_t kHangNs = UINT64_C(120) * 1000000000;
constexpr size_t kMaxCommandLine = 2000;
// Nothing is expected here. Pointers into RAM that end up on a disk, in bytes that nobody set, are then the same again.
constexpr uint64_t kDeterministicAddress = UINT64_C(1) << 36;

}  // namespace

Failure Kernel::Boot(const BootOptions& options) {
  if (options.command_line.size() > kMaxCommandLine) {
    return Failure::Errno(E2BIG, "boot", {}, "the kernel's command line is longer than 2000 bytes");
  }
  Failure failure;
  if (options.deterministic) host_.deterministic = std::make_unique<Deterministic>(*options.deterministic);
  host_.memory = Memory::Create(options.memory, &failure, options.deterministic ? kDeterministicAddress : 0);
  if (!host_.memory) return failure;
  Memory& memory = *host_.memory;
  failure = LoadElf(options.image, memory.ram(), memory.ram_size(), &image_);
  if (!failure.ok()) return failure;
  memory.SetPrivate(image_.file_backed);

  command_line_ = options.command_line;
  if (options.deterministic) command_line_ += " lkl.time=" + std::to_string(options.deterministic->timestamp);
  boot_.version = LKL_ABI_VERSION;
  boot_.size = sizeof(boot_);
  boot_.ram = memory.ram();
  boot_.ram_size = memory.ram_size();
  boot_.image_size = image_.size;
  boot_.vmalloc = memory.vmalloc();
  boot_.vmalloc_size = memory.vmalloc_size();
  boot_.command_line = command_line_.c_str();
  boot_.shared = &host_.shared;
  boot_.host = Host::Ops(options.deterministic.has_value());
  boot_.ctx = &host_;
  boot_.kernel = &ops_;

  const auto entry = reinterpret_cast<lkl_entry_fn>(memory.ram() + image_.entry);
  const int32_t refused = entry(&boot_);
  FaultGuard::SetInKernel(false);
  if (refused != 0 || ops_.version != LKL_ABI_VERSION || ops_.size != sizeof(ops_)) {
    return Failure::Errno(EINVAL, "boot", options.image, "the kernel is of another version than the addon");
  }
  FaultGuard::AdoptThread();
  FaultGuard::Install(ops_.abort);
  booted_ = true;
  Run();
  while (unfinished_ && !dead()) Run();
  return dead() ? DeadFailure() : Failure();
}

void Kernel::Run() {
  if (host_.shared.deadline_ns <= host_.Now()) host_.Raise(LKL_PENDING_TIMER);
  if (!FaultGuard::interrupted()) {
    FaultGuard::SetInKernel(true);
    const int32_t result = ops_.run();
    FaultGuard::SetInKernel(false);
    unfinished_ = result == LKL_RUN_DONE;
    if (result == LKL_RUN_IDLE || result == LKL_RUN_DONE) return;
  }
  Die();
}

void Kernel::Die() {
  dead_.store(true, std::memory_order_relaxed);
  FaultGuard::Fault fault;
  char line[160] = "kdisk: kernel stopped\n";
  if (FaultGuard::interrupted()) snprintf(line, sizeof(line), "kdisk: kernel stopped by the host\n");
  if (FaultGuard::Take(&fault)) {
    const uint64_t offset = fault.program_counter - reinterpret_cast<uint64_t>(boot_.ram);
    if (fault.signal == 0) {
      snprintf(line, sizeof(line), "kdisk: kernel stopped by the host at image offset 0x%" PRIx64 "\n", offset);
    } else {
      snprintf(line, sizeof(line),
               "kdisk: kernel fault (signal %d) at address 0x%" PRIx64 ", image offset 0x%" PRIx64 "\n", fault.signal,
               fault.address, offset);
    }
  }
  host_.log.Append(line, std::char_traits<char>::length(line));
}

Failure Kernel::DeadFailure() const {
  return Failure::Code("EKERNELDEAD", "the kernel of this process is dead; the kernel says: " + host_.log.LastWords());
}

uint64_t Kernel::NextDue() const {
  if (!booted_ || dead()) return UINT64_MAX;
  if (host_.deterministic) return FaultGuard::interrupted() ? 0 : UINT64_MAX;
  return unfinished_ || host_.Pending() != 0 || FaultGuard::interrupted() ? 0 : host_.shared.deadline_ns;
}

void Kernel::RunDue() {
  if (NextDue() <= Host::Monotonic()) Run();
}

void Kernel::Submit(lkl_request* request) {
  request->done = 0;
  if (!booted_ || dead()) return;
  ops_.submit(request);
  Run();
  if (host_.deterministic) Settle(*request);
}

// The deterministic clock moves on only here, so that how long the host takes from one request to the next is nothing
// to the kernel. A request that nothing in sight will end is left alone: another one may.
void Kernel::Settle(const lkl_request& request) {
  const uint64_t limit = host_.Now() + kHangNs;
  while (!request.done && !dead()) {
    if (!unfinished_ && host_.Pending() == 0) {
      if (host_.shared.deadline_ns > limit) return;
      host_.deterministic->SkipTo(host_.shared.deadline_ns);
    }
    Run();
  }
}

int64_t Kernel::Syscall(int root, uint64_t nr, std::initializer_list<uint64_t> args) {
  lkl_request request = {};
  request.nr = nr;
  request.root = root;
  size_t count = 0;
  for (uint64_t arg : args) request.args[count++] = arg;
  Submit(&request);
  uint64_t idle_since = 0;
  while (!request.done && booted_ && !dead()) {
    if (unfinished_) {
      Run();
      continue;
    }
    const uint64_t now = Host::Monotonic();
    if (idle_since == 0) idle_since = now;
    if (host_.deterministic || now - idle_since > kHangNs) {
      static const char kHangs[] = "kdisk: kernel hangs: a request waits for nothing\n";
      host_.log.Append(kHangs, sizeof(kHangs) - 1);
      dead_.store(true, std::memory_order_relaxed);
      break;
    }
    const uint64_t due = NextDue();
    const uint64_t limit = idle_since + kHangNs + 1;
    if (due > now) doorbell_.Wait(due < limit ? due : limit);
    RunDue();
  }
  // A request that is done in a kernel that died right after it cannot be trusted.
  return request.done && !dead() ? request.ret : kDead;
}

uint8_t* Kernel::Block() {
  if (!block_asked_) {
    block_asked_ = true;
    // A kernel address is above 2^63 on no system, so a negative result is an errno.
    const int64_t result = Syscall(-1, LKL_REQUEST_BUFFER, {LKL_BUFFER_MAX});
    if (result > 0) block_ = reinterpret_cast<uint8_t*>(result);
  }
  return block_;
}

int64_t Kernel::AddDevice(std::unique_ptr<VirtioDevice> device, uint32_t slot) {
  const GuestMemory ram = {host_.memory->ram(), host_.memory->ram_size(), LKL_PHYS_OFFSET};
  if (host_.deterministic) device->MakeDeterministic();
  host_.devices[slot] =
      std::make_unique<VirtioMmio>(std::move(device), ram, [this, slot] { host_.Raise(LKL_PENDING_DEVICE(slot)); });
  const int64_t result = Syscall(-1, LKL_REQUEST_DEVICE_ADD, {slot});
  if (result < 0) host_.devices[slot].reset();
  return result < 0 ? result : slot;
}

int64_t Kernel::RemoveDevice(uint32_t slot) {
  const int64_t result = Syscall(-1, LKL_REQUEST_DEVICE_REMOVE, {slot});
  host_.devices[slot].reset();
  return result;
}

}  // namespace kdisk
