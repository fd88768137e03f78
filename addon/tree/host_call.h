// SPDX-License-Identifier: GPL-2.0-only
// What the files of HostTree share: how a call of the host is made and a descriptor of Tree understood.
#pragma once

#include <fcntl.h>

#include <cerrno>
#include <cstdint>

#include "tree.h"

namespace kdisk {
namespace host {

// Calls again while a signal comes in between; a failure is returned as -errno.
template <typename Call>
int64_t Retry(Call call) {
  for (;;) {
    const int64_t result = call();
    if (result >= 0) return result;
    if (errno != EINTR) return -errno;
  }
}

inline int Directory(Tree::Fd at) { return at == Tree::kTop ? AT_FDCWD : static_cast<int>(at); }

// The current directory has no descriptor that could stand for itself.
inline const char* Name(Tree::Fd at, const char* name) { return at == Tree::kTop && !*name ? "." : name; }

}  // namespace host
}  // namespace kdisk
