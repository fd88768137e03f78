// SPDX-License-Identifier: GPL-2.0-only
// The thread that runs the kernel of this process, and the queue of work for it.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "disks.h"
#include "kernel.h"
#include "tree/open_trees.h"

namespace kdisk {

// What jobs work on; engine thread only.
struct Session {
  Kernel kernel;
  Disks disks{&kernel};
  OpenTrees trees;
  // Result of the first boot.
  std::optional<Failure> booted;
};

// One piece of work. Made by any thread, run and destroyed by the engine thread unless others share it.
class Job {
 public:
  virtual ~Job() = default;
  // Before anything else. False: nobody wants it any more, drop it.
  virtual bool Begin() = 0;
  // False: it waits inside the kernel for something that another job must do; Poll says when it is over.
  virtual bool Run(Session* session) = 0;
  virtual bool Poll(Session*) { return true; }
  // After all; hands the result to who asked for it.
  virtual void End(Session* session) = 0;
};

class Engine {
 public:
  // The engine of this process. Never destroyed: the thread may be inside the kernel when the process exits.
  static Engine& Instance();

  // Any thread. Jobs are run one after another, in this order. False: the host gave no thread to run them.
  bool Post(std::shared_ptr<Job> job);
  // Any thread: the kernel is stopped for good, wherever it is. For a process or thread that ends and cannot wait.
  void Interrupt();
  const LogRing& log() const { return session_.kernel.log(); }

 private:
  Engine();
  static void* Thread(void* engine);
  void Loop();
  std::shared_ptr<Job> Next();
  void PollWaiting();

  bool started_ = false;
  Session session_;
  std::mutex mutex_;
  std::deque<std::shared_ptr<Job>> jobs_;
  std::vector<std::shared_ptr<Job>> waiting_;
};

}  // namespace kdisk
