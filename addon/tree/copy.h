// SPDX-License-Identifier: GPL-2.0-only
// Copies trees from one side to the other, in one job; index.d.ts describes what is kept.
#pragma once

#include <vector>

#include "../failure.h"
#include "copy_options.h"
#include "file_reader.h"
#include "tree.h"

namespace kdisk {

// Where a destination lies: its directory, and its name there. A path that ends in "/", "." or ".." names a directory
// by itself: then `name` is empty and `directory` is that one.
void SplitTarget(const std::string& path, std::string* directory, std::string* name);

// A volume's side is the kernel's and belongs to the calling thread; the host's is worked on by a thread of its own
// meanwhile. Problems do not end a copy; a dead kernel does, which the caller sees on the kernel. Fails only where a
// manifest cannot be read or written. `locate` may be empty.
Failure Copy(Tree* from, Tree* to, const std::vector<CopySource>& sources, const CopyOptions& options,
             const FileReader::Locate& locate, const CopyObserver& observer, CopyResult* result);

}  // namespace kdisk
