// SPDX-License-Identifier: GPL-2.0-only
// Copies files and trees from a volume to the host, in one job; index.d.ts describes what is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "disks.h"
#include "guest.h"

namespace kdisk {

struct CopySource {
  // Inside the image.
  std::string from;
  // On the host.
  std::string to;
};

struct CopyOptions {
  bool recursive = false;
  bool follow = false;
  bool preserve = false;
};

struct CopyProgress {
  uint64_t files = 0;
  uint64_t directories = 0;
  uint64_t links = 0;
  // Of content, holes included.
  uint64_t bytes = 0;
};

struct CopyProblem {
  // Inside the image.
  std::string path;
  int error = 0;
  bool host = false;
  std::string step;
};

struct CopyResult {
  CopyProgress done;
  std::vector<CopyProblem> problems;
};

// Called after each file and at least each MiB; false stops the copy.
using CopyObserver = std::function<bool(const CopyProgress&)>;

// Problems do not end it; a dead kernel does, which the caller sees on the kernel.
CopyResult CopyOut(const Guest& guest, const Disks& disks, const std::vector<CopySource>& sources,
                   const CopyOptions& options, const CopyObserver& observer);

}  // namespace kdisk
