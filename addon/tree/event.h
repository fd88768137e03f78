// SPDX-License-Identifier: GPL-2.0-only
// What a tree consists of, told entry by entry: made by the reader (tree_reader.h), consumed by the writer
// (tree_writer.h), the manifest, or JavaScript (records.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "../linux_abi.h"

namespace kdisk {

struct Xattr {
  // With its namespace: "user.mime_type".
  std::string name;
  std::string value;
};

struct Metadata {
  linux_abi::Statx status = {};
  // POSIX ACLs, file capabilities and labels are extended attributes too (system.posix_acl_access, security.*).
  std::vector<Xattr> xattrs;
  // FS_*_FL.
  uint32_t flags = 0;
  bool has_flags = false;
};
using MetadataPtr = std::shared_ptr<const Metadata>;

struct Event {
  // The numbers travel in records (index.d.ts).
  enum class Kind : uint16_t {
    // Between two sources: what follows goes below the directory `target`, and links lead nowhere else. Not in records.
    kBase = 0,
    // Directory `name` in the one that is open; its content follows, then kLeave.
    kEnter = 1,
    kLeave = 2,
    // A regular file: kFile, any number of kData in rising order, kEnd. What no kData covers is a hole.
    kFile = 3,
    kData = 4,
    // `offset` is the length of the file.
    kEnd = 5,
    // Instead of kEnd: it could not be read to its end.
    kAbandon = 6,
    // `target` is the text of the link.
    kSymlink = 7,
    // `target` is an entry told before, as its path from the top of this copy.
    kHardLink = 8,
    // A device, fifo or socket.
    kSpecial = 9,
  };

  Kind kind = Kind::kBase;
  // Last component at the destination. Empty for a kEnter that stands for the destination directory itself.
  std::string name;
  // Where it comes from, for messages.
  std::string path;
  std::string target;
  // Null: nothing is known but the type, and nothing is set.
  MetadataPtr metadata;
  // kData; of kFile and kEnd in one (`whole`): all of its content.
  std::shared_ptr<uint8_t> bytes;
  size_t size = 0;
  uint64_t offset = 0;
  // kFile of a small file: its content is here, no kData and kEnd follow.
  bool whole = false;
  // kData whose bytes lie in a file of the host instead, at `image_offset` of descriptor `image_fd` (extents.h).
  int image_fd = -1;
  uint64_t image_offset = 0;
};

// False: stop telling.
using EventSink = std::function<bool(Event&&)>;

}  // namespace kdisk
