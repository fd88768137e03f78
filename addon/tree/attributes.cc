// SPDX-License-Identifier: GPL-2.0-only
// Attributes of copied entries: see attributes.h.
#include "attributes.h"

#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace kdisk {

using namespace linux_abi;
using Side = CopyReport::Side;

namespace {

// Flags that chattr(1) sets; the others say how the file system stores the file.
constexpr uint32_t kKeptFlags = 0x1 | 0x2 | 0x4 | 0x8 | kFlagImmutable | kFlagAppend | 0x40 | 0x80 | 0x400 | 0x4000 |
                                0x8000 | 0x10000 | 0x20000 | kFlagNocow | 0x20000000 | kFlagCasefold;
// btrfs takes the first for empty files, ext4 the second for empty directories.
constexpr uint32_t kEarlyFlags = kFlagNocow | kFlagCasefold;

// What a file system stores times in without loss; outside of it, it is asked what became of them.
constexpr int64_t kSafeSeconds = INT32_MAX;
// vfat counts changes in steps of two seconds, and keeps the day of an access.
constexpr int64_t kChangeStep = 2, kAccessStep = 24 * 3600;

bool IsLoss(int64_t result) {
  switch (-result) {
    case EPERM:
    case EACCES:
    case EINVAL:
    case EOPNOTSUPP:
    case ENOTTY:
    case ENOSYS:
    case ERANGE:
    case E2BIG:
    case EOVERFLOW:
    case ENODATA:
    case ENAMETOOLONG:
      return true;
    default:
      return false;
  }
}

bool StartsWith(const std::string& text, const char* start) { return text.rfind(start, 0) == 0; }

const char* KindOfXattr(const std::string& name) {
  if (StartsWith(name, "system.posix_acl_")) return "acl";
  if (name == "security.capability") return "capability";
  if (name == "security.selinux" || StartsWith(name, "security.SMACK64")) return "label";
  return "xattr";
}

std::string Format(const char* format, uint64_t first, uint64_t second = 0) {
  char text[64];
  snprintf(text, sizeof(text), format, first, second);
  return text;
}

uint32_t Map(const std::vector<IdRange>& ranges, uint32_t id) {
  for (const IdRange& range : ranges) {
    if (id >= range.from && id - range.from < range.count) return range.to + (id - range.from);
  }
  return id;
}

bool Moved(const Timestamp& wanted, const Timestamp& got, int64_t step) {
  return std::llabs(wanted.seconds - got.seconds) > step;
}

bool IsUnusual(const Timestamp& time) { return time.seconds < 0 || time.seconds > kSafeSeconds; }

}  // namespace

struct Attributes::Entry {
  Tree::Fd at;
  const char* name;
  const Metadata* metadata;
  const std::string& path;
  // Permission bits and owner as they are, as far as known.
  int64_t mode;
  bool owner_known = false;
  uint32_t uid = 0;
  uint32_t gid = 0;
  bool owner_lost = false;
  bool fatal = false;

  uint32_t type() const { return metadata->status.mode & kFormatMask; }
};

Attributes::Attributes(Tree* tree, const CopyOptions& options, CopyReport* report, bool report_losses)
    : tree_(*tree), options_(options), report_(*report), report_losses_(report_losses), umask_(tree->umask()),
      latest_(tree->latest()) {}

bool Attributes::IsFatal(int64_t result) {
  return result == -ENOSPC || result == -EDQUOT || result == -EIO || result == -EROFS;
}

bool Attributes::WantsOwner() const {
  return options_.owner || options_.uid >= 0 || options_.gid >= 0 || !options_.map_uid.empty() ||
         !options_.map_gid.empty();
}

uint32_t Attributes::WantedMode(const Statx& status) const {
  return options_.mode ? status.mode & kPermissions : status.mode & 0777 & ~umask_;
}

uint32_t Attributes::CreationMode(const Metadata* metadata, bool directory) const {
  // Directories are filled first.
  if (directory) return 0700;
  if (!metadata) return 0666 & ~umask_;
  const uint32_t mode = WantedMode(metadata->status);
  if (!WantsOwner()) return mode & ~(kSetUid | kSetGid);
  // Until it has its owner, it is nobody else's on a host that others use.
  return mode & (tree_.guest() ? 0777 : 0700);
}

void Attributes::Failed(Entry* entry, int64_t result, const char* what, const std::string& detail, const char* step) {
  if (tree_.dead()) return;
  if (IsLoss(result)) {
    if (report_losses_) report_.Lost(what, entry->path, detail, result);
    return;
  }
  report_.Problem(entry->path, result, Side::kTarget, step);
  if (IsFatal(result)) entry->fatal = true;
}

bool Attributes::Set(Tree::Fd at, const char* name, const Metadata* metadata, const std::string& path,
                     const Made& made) {
  Entry entry = {at, name, metadata, path, made.mode};
  if (!metadata) {
    // A directory that was made usable first.
    if (made.mode >= 0 && !made.existed) tree_.SetMode(at, name, 0777 & ~umask_);
    return true;
  }
  SetOwner(&entry);
  if (entry.type() != kLink && (options_.mode || !made.existed)) SetMode(&entry);
  if (options_.xattrs) SetXattrs(&entry);
  if (!report_losses_) KeepReadable(&entry);
  if (options_.times) SetTimes(&entry);
  if (options_.flags && metadata->has_flags && name[0] == '\0') SetFlags(&entry);
  return !entry.fatal;
}

void Attributes::SetOwner(Entry* entry) {
  const Statx& status = entry->metadata->status;
  const uint32_t special = WantedMode(status) & (kSetUid | kSetGid);
  // Without a wish for the owner it matters only for those who would run the file as him.
  if (!WantsOwner() && (special == 0 || entry->type() == kDirectory)) return;
  Statx now;
  const int64_t result = tree_.Stat(entry->at, entry->name, false, &now);
  if (result < 0) return Failed(entry, result, "owner", "", "stat");
  entry->mode = now.mode & kPermissions;
  entry->uid = now.uid;
  entry->gid = now.gid;
  entry->owner_known = true;
  if (!WantsOwner()) return;

  const bool want_uid = options_.owner || options_.uid >= 0 || !options_.map_uid.empty();
  const bool want_gid = options_.owner || options_.gid >= 0 || !options_.map_gid.empty();
  uint32_t uid = want_uid ? Map(options_.map_uid, status.uid) : now.uid;
  uint32_t gid = want_gid ? Map(options_.map_gid, status.gid) : now.gid;
  if (options_.uid >= 0) uid = static_cast<uint32_t>(options_.uid);
  if (options_.gid >= 0) gid = static_cast<uint32_t>(options_.gid);
  if (uid == now.uid && gid == now.gid) return;
  int64_t changed = tree_.SetOwner(entry->at, entry->name, uid, gid);
  // Who may not give a file away may still choose among his groups.
  const bool only_group = changed == -EPERM && gid != now.gid &&
                          tree_.SetOwner(entry->at, entry->name, Tree::kKeep, gid) >= 0;
  if (only_group) entry->gid = gid;
  if (only_group && uid == now.uid) changed = 0;
  if (changed < 0) {
    entry->owner_lost = true;
    return Failed(entry, changed, "owner", Format("%" PRIu64 ":%" PRIu64, uid, gid), "chown");
  }
  entry->uid = uid;
  entry->gid = gid;
  // A change of owner clears these.
  if (entry->type() == kRegular) entry->mode &= ~static_cast<int64_t>(kSetUid | kSetGid);
}

void Attributes::SetMode(Entry* entry) {
  const Statx& status = entry->metadata->status;
  uint32_t mode = WantedMode(status);
  const uint32_t asked = mode;
  if (entry->owner_known && entry->type() != kDirectory) {
    // Nothing may run as somebody whom the source did not mean.
    const bool meant = WantsOwner() && !entry->owner_lost;
    if (!meant && entry->uid != status.uid) mode &= ~kSetUid;
    if (!meant && entry->gid != status.gid) mode &= ~kSetGid;
  }
  const auto failed = [&](int64_t error) { Failed(entry, error, "mode", Format("%04" PRIo64, asked), "chmod"); };
  if (mode != asked) failed(-EPERM);
  if (entry->mode == static_cast<int64_t>(mode)) return;
  const int64_t result = tree_.SetMode(entry->at, entry->name, mode);
  if (result < 0) return failed(result);
  Statx now;
  const bool doubtful = tree_.mode_missed() && tree_.Stat(entry->at, entry->name, false, &now) >= 0;
  if (doubtful && (now.mode & kPermissions) != mode) failed(-EOPNOTSUPP);
}

void Attributes::KeepReadable(Entry* entry) {
  const uint32_t needed = entry->type() == kDirectory ? 0500 : entry->type() == kRegular ? 0400 : 0;
  if (tree_.guest() || geteuid() == 0 || (WantedMode(entry->metadata->status) & needed) == needed) return;
  Statx now;
  // An ACL has set it too.
  if (tree_.Stat(entry->at, entry->name, false, &now) < 0) return;
  tree_.SetMode(entry->at, entry->name, (now.mode & kPermissions) | needed);
}

void Attributes::SetXattrs(Entry* entry) {
  for (const Xattr& xattr : entry->metadata->xattrs) {
    const char* name = xattr.name.c_str();
    int64_t result = tree_.SetXattr(entry->at, entry->name, name, xattr.value.data(), xattr.value.size());
    // The space for the attributes of one file is what is full.
    if (result == -ENOSPC) result = -E2BIG;
    if (result < 0) Failed(entry, result, KindOfXattr(xattr.name), xattr.name, "setxattr");
  }
}

void Attributes::SetTimes(Entry* entry) {
  const Statx& status = entry->metadata->status;
  Timestamp change = status.mtime, access = status.atime;
  if (latest_) {
    if (change.seconds >= *latest_) change = {*latest_, 0, 0};
    // The copy itself is an access.
    access = change;
  }
  const int64_t result = tree_.SetTimes(entry->at, entry->name, access, change);
  const auto failed = [&](int64_t error) {
    const auto seconds = static_cast<uint64_t>(status.mtime.seconds);
    Failed(entry, error, "times", Format("%" PRId64 ".%09" PRIu64, seconds, status.mtime.nanoseconds), "utimes");
  };
  if (result < 0) return failed(result);
  if (!IsUnusual(change) && !IsUnusual(access)) return;
  // A file system whose clock ends earlier stores its last day and says nothing.
  Statx now;
  if (tree_.Stat(entry->at, entry->name, false, &now) < 0) return;
  if (Moved(change, now.mtime, kChangeStep) || Moved(access, now.atime, kAccessStep)) failed(-EOVERFLOW);
}

void Attributes::SetEarlyFlags(Tree::Fd fd, const Metadata* metadata) {
  if (!options_.flags || !metadata || !metadata->has_flags || (metadata->flags & kEarlyFlags) == 0) return;
  uint32_t now;
  // SetFlags looks whether it worked.
  if (tree_.GetFlags(fd, &now) >= 0) tree_.SetFlags(fd, now | (metadata->flags & kEarlyFlags));
}

void Attributes::SetFlags(Entry* entry) {
  const uint32_t wanted = entry->metadata->flags & kKeptFlags;
  if (wanted == 0) return;
  uint32_t now = 0;
  int64_t result = tree_.GetFlags(entry->at, &now);
  if (result < 0) return Failed(entry, result, "flags", Format("0x%" PRIx64, wanted), "flags");
  uint32_t missing = wanted & ~now;
  if (missing == 0) return;
  result = tree_.SetFlags(entry->at, now | missing);
  if (result < 0 && IsLoss(result)) {
    // One that is not known here must not cost the others; immutable and append-only forbid all changes after them.
    for (uint32_t last : {0u, kFlagImmutable | kFlagAppend}) {
      for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        const bool in_turn = ((kFlagImmutable | kFlagAppend) & bit) == (last & bit);
        if (in_turn && (missing & bit) && tree_.SetFlags(entry->at, now | bit) >= 0) now |= bit;
      }
    }
  }
  // Some take a flag and drop it.
  if (tree_.GetFlags(entry->at, &now) >= 0) missing = wanted & ~now;
  if (missing == 0) return;
  Failed(entry, result < 0 ? result : -EOPNOTSUPP, "flags", Format("0x%" PRIx64, missing), "flags");
}

}  // namespace kdisk
