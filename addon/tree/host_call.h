// SPDX-License-Identifier: GPL-2.0-only
// What the files of HostTree share: how a call of the host is made and a descriptor of Tree understood.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
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

// As pread(2) and pwrite(2), until all is done: bytes read, which are fewer at the end of the file only; 0 when all is
// written.
inline int64_t ReadAll(int fd, uint8_t* buffer, size_t size, uint64_t offset) {
  size_t done = 0;
  while (done < size) {
    const int64_t count =
        Retry([=] { return pread(fd, buffer + done, size - done, static_cast<off_t>(offset + done)); });
    if (count < 0) return count;
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  return static_cast<int64_t>(done);
}

inline int64_t WriteAll(int fd, const uint8_t* bytes, size_t size, uint64_t offset) {
  for (size_t done = 0; done < size;) {
    const int64_t count =
        Retry([=] { return pwrite(fd, bytes + done, size - done, static_cast<off_t>(offset + done)); });
    if (count <= 0) return count < 0 ? count : -EIO;
    done += static_cast<size_t>(count);
  }
  return 0;
}

inline int Directory(Tree::Fd at) { return at == Tree::kTop ? AT_FDCWD : static_cast<int>(at); }

// The current directory has no descriptor that could stand for itself.
inline const char* Name(Tree::Fd at, const char* name) { return at == Tree::kTop && !*name ? "." : name; }

}  // namespace host
}  // namespace kdisk
