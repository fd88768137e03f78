// SPDX-License-Identifier: GPL-2.0-only
// Signal handling of the engine thread on Linux: see fault_guard.h.
#include "fault_guard.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

namespace kdisk {

std::atomic<bool> FaultGuard::in_kernel_{false};
std::atomic<bool> FaultGuard::interrupted_{false};

namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
constexpr int kInterruptSignal = SIGILL;
constexpr size_t kSignalStackSize = 64 * 1024;

std::atomic<bool> has_thread{false};
pthread_t engine_thread;
void (*kernel_abort)();
std::atomic<bool> faulted{false};
FaultGuard::Fault last_fault;
struct sigaction previous[NSIG];

void Chain(int signal, siginfo_t* info, void* context) {
  const struct sigaction& action = previous[signal];
  if (action.sa_flags & SA_SIGINFO) {
    action.sa_sigaction(signal, info, context);
  } else if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) {
    // Nobody else cares: let the same instruction fault again without us. A signal that was sent is sent again.
    sigaction(signal, &action, nullptr);
    if (info->si_code <= 0) raise(signal);
  } else {
    action.sa_handler(signal);
  }
}

void JumpToAbort(void* context) {
  auto& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  machine.gregs[REG_RIP] = reinterpret_cast<greg_t>(kernel_abort);
  // The direction flag is clear wherever a function begins.
  machine.gregs[REG_EFL] &= ~0x400;
#elif defined(__aarch64__)
  machine.pc = reinterpret_cast<uint64_t>(kernel_abort);
#endif
}

uint64_t ProgramCounter(void* context) {
  auto& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<uint64_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return machine.pc;
#endif
}

}  // namespace

struct FaultHandler {
  static void Handle(int signal, siginfo_t* info, void* context) {
    if (!has_thread.load(std::memory_order_acquire) || !pthread_equal(pthread_self(), engine_thread)) {
      Chain(signal, info, context);
      return;
    }
    const bool sent = info->si_code <= 0;
    if (sent && signal == kInterruptSignal && FaultGuard::interrupted()) {
      if (!FaultGuard::in_kernel_.load(std::memory_order_relaxed)) return;
    } else if (sent || !FaultGuard::in_kernel_.load(std::memory_order_relaxed)) {
      Chain(signal, info, context);
      return;
    }
    last_fault.signal = sent ? 0 : signal;
    last_fault.address = sent ? 0 : reinterpret_cast<uint64_t>(info->si_addr);
    last_fault.program_counter = ProgramCounter(context);
    faulted.store(true, std::memory_order_relaxed);
    FaultGuard::SetInKernel(false);
    JumpToAbort(context);
  }
};

void FaultGuard::AdoptThread() {
  sigset_t blocked;
  sigfillset(&blocked);
  for (int signal : kSignals) sigdelset(&blocked, signal);
  pthread_sigmask(SIG_SETMASK, &blocked, nullptr);

  // A kernel stack that overflowed cannot take a signal frame.
  void* memory = mmap(nullptr, kSignalStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) {
    stack_t stack = {};
    stack.ss_sp = memory;
    stack.ss_size = kSignalStackSize;
    sigaltstack(&stack, nullptr);
  }
  engine_thread = pthread_self();
  has_thread.store(true, std::memory_order_release);
}

void FaultGuard::Install(void (*abort)()) {
  kernel_abort = abort;
  struct sigaction action = {};
  action.sa_sigaction = FaultHandler::Handle;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (int signal : kSignals) sigaction(signal, &action, &previous[signal]);
}

bool FaultGuard::Take(Fault* fault) {
  if (!faulted.exchange(false, std::memory_order_relaxed)) return false;
  *fault = last_fault;
  return true;
}

void FaultGuard::Interrupt() {
  interrupted_.store(true, std::memory_order_relaxed);
  if (has_thread.load(std::memory_order_acquire)) pthread_kill(engine_thread, kInterruptSignal);
}

}  // namespace kdisk
