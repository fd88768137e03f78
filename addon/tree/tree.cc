// SPDX-License-Identifier: GPL-2.0-only
// What both sides do with the calls they have: see tree.h.
#include "tree.h"

#include <cerrno>

namespace kdisk {

using namespace linux_abi;

Tree::Fd Tree::OpenAbove(Fd below, const NodeId& id) {
  const Fd fd = Open(below, "..", kORdonly | kODirectory | kONonblock);
  if (fd < 0) return fd;
  Statx status = {};
  int64_t result = Stat(fd, "", false, &status);
  if (result >= 0 && IdOf(status) == id) return fd;
  Close(fd);
  return result < 0 ? result : -ESTALE;
}

}  // namespace kdisk
