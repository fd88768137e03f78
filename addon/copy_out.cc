// SPDX-License-Identifier: GPL-2.0-only
// Walks the trees of a copy without recursion: see copy_out.h. Only the deepest directories of the way down are kept
// open, so that no depth runs out of descriptors; the others are found again through "..", and compared.
#include "copy_out.h"

#include <cerrno>

#include "copy_job.h"

namespace kdisk {

using namespace linux_abi;
using Side = CopyJob::Side;

namespace {

constexpr size_t kOpenLevels = 32;
constexpr size_t kDirectoryBuffer = 64 * 1024;

// A directory on the way from the source down to the entry in work.
struct Level {
  int64_t guest_fd = -1;
  HostFdPtr host;
  Statx status = {};
  FileIdentity host_identity;
  int final_mode = -1;
  // Length of CopyJob::path at this level.
  size_t path_size = 0;
  std::vector<std::string> subdirectories;
  size_t next = 0;
};

class TreeCopy {
 public:
  explicit TreeCopy(CopyJob* job) : job_(*job), guest_(job->guest()), buffer_(kDirectoryBuffer) {}
  ~TreeCopy() {
    for (Level& level : levels_) Close(&level);
  }

  // Takes over the descriptor of the guest.
  void Run(int64_t guest_fd, const HostFdPtr& host, const Statx& status, int final_mode) {
    Push(guest_fd, host, status, final_mode);
    while (!levels_.empty() && job_.running()) {
      Level& level = levels_.back();
      job_.path().resize(level.path_size);
      if (level.next < level.subdirectories.size()) {
        Descend(level.subdirectories[level.next++]);
      } else if (!Leave()) {
        return;
      }
    }
  }

 private:
  void Close(Level* level) {
    if (level->guest_fd >= 0) guest_.Close(static_cast<uint64_t>(level->guest_fd));
    level->guest_fd = -1;
    level->host.reset();
  }

  void Push(int64_t guest_fd, const HostFdPtr& host, const Statx& status, int final_mode) {
    Level level;
    level.guest_fd = guest_fd;
    level.host = host;
    level.status = status;
    level.final_mode = final_mode;
    level.path_size = job_.path().size();
    host_tree::Identify(host->get(), &level.host_identity);
    levels_.push_back(std::move(level));
    // The first level has no ".." to be found through.
    if (levels_.size() > kOpenLevels + 1) Close(&levels_[levels_.size() - 1 - kOpenLevels]);
    job_.CountDirectory();
    CopyEntries(&levels_.back());
  }

  // All but the directories, which are noted.
  void CopyEntries(Level* level) {
    const auto directory = static_cast<uint64_t>(level->guest_fd);
    while (job_.running()) {
      const int64_t size = guest_.ReadDirectory(directory, buffer_.data(), buffer_.size());
      if (size < 0) job_.Problem(size, Side::kImage, "readdir");
      if (size <= 0) return;
      EntryReader reader(buffer_.data(), size);
      GuestEntry entry;
      while (job_.running() && reader.Next(&entry)) {
        job_.path().resize(level->path_size);
        AppendName(entry.name);
        CopyEntry(level, entry);
      }
      job_.path().resize(level->path_size);
    }
  }

  void AppendName(const char* name) {
    if (job_.path().empty() || job_.path().back() != '/') job_.path() += '/';
    job_.path() += name;
  }

  void CopyEntry(Level* level, const GuestEntry& entry) {
    // The kernel refuses such names; a host path must not depend on that.
    if (entry.name_size == 0 || std::string(entry.name).find('/') != std::string::npos) {
      return job_.Problem(-EINVAL, Side::kImage, "open");
    }
    const auto directory = static_cast<uint64_t>(level->guest_fd);
    Statx status;
    if (entry.type != kDtDirectory) {
      const int64_t result = guest_.Stat(directory, entry.name, kAtSymlinkNofollow, &status);
      if (result < 0) return job_.Problem(result, Side::kImage, "stat");
    }
    if (entry.type == kDtDirectory || (status.mode & kFormatMask) == kDirectory) {
      level->subdirectories.emplace_back(entry.name, entry.name_size);
    } else {
      job_.CopyEntry(directory, entry.name, status, level->host, entry.name, false);
    }
  }

  void Descend(const std::string& name) {
    const Level& level = levels_.back();
    AppendName(name.c_str());
    const auto above = static_cast<uint64_t>(level.guest_fd);
    const int64_t guest_fd = guest_.OpenAt(above, name.c_str(), kODirectory | kONofollow);
    if (guest_fd < 0) return job_.Problem(guest_fd, Side::kImage, "open");
    Statx status;
    const int64_t result = guest_.Stat(static_cast<uint64_t>(guest_fd), "", kAtEmptyPath, &status);
    int final_mode = -1;
    int host_fd = -1;
    if (result < 0) {
      job_.Problem(result, Side::kImage, "stat");
    } else {
      const mode_t mode = job_.options().preserve ? 0700 : status.mode;
      host_fd = host_tree::MakeDirectory(level.host->get(), name.c_str(), mode, &final_mode);
      if (host_fd < 0) job_.Problem(host_fd, Side::kHost, "mkdir");
    }
    if (host_fd < 0) {
      guest_.Close(static_cast<uint64_t>(guest_fd));
      return;
    }
    Push(guest_fd, std::make_shared<HostFd>(host_fd), status, final_mode);
  }

  // Back to the directory above. False: it is not there any more.
  bool Leave() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    const std::string path = job_.path();
    // Before its mode is set, which may not let us through to "..".
    const bool found = levels_.empty() || levels_.back().guest_fd >= 0 || Reopen(&levels_.back(), level);
    job_.path() = path;
    job_.FinishDirectory(level.host, level.status, level.final_mode);
    Close(&level);
    return found;
  }

  bool Reopen(Level* level, const Level& below) {
    job_.path().resize(level->path_size);
    level->guest_fd = guest_.OpenAt(static_cast<uint64_t>(below.guest_fd), "..", kODirectory);
    Statx status = {};
    int64_t result = level->guest_fd;
    if (result >= 0) result = guest_.Stat(static_cast<uint64_t>(result), "", kAtEmptyPath, &status);
    if (result >= 0 && status.ino != level->status.ino) result = -ESTALE;
    if (result < 0) {
      job_.Problem(result, Side::kImage, "open");
      return false;
    }
    FileIdentity identity;
    int host_result = host_tree::OpenDirectory(below.host->get(), "..");
    level->host = std::make_shared<HostFd>(host_result);
    if (host_result >= 0) host_result = host_tree::Identify(host_result, &identity);
    // Somebody moved the tree on the host: its ".." could be anywhere.
    if (host_result >= 0 && !(identity == level->host_identity)) host_result = -ESTALE;
    if (host_result < 0) job_.Problem(host_result, Side::kHost, "open");
    return host_result >= 0;
  }

  CopyJob& job_;
  const Guest& guest_;
  std::vector<uint8_t> buffer_;
  std::vector<Level> levels_;
};

void CopyDirectory(CopyJob* job, const CopySource& source, const Statx& status, int parent, const std::string& name) {
  // What an earlier source made in its place must be there to be seen.
  job->Drain();
  if (!job->options().recursive) return job->Problem(-EISDIR, Side::kImage, "open");
  const Guest& guest = job->guest();
  const int64_t guest_fd = guest.Open(source.from.c_str(), kODirectory | (job->options().follow ? 0 : kONofollow));
  if (guest_fd < 0) return job->Problem(guest_fd, Side::kImage, "open");
  int final_mode = -1;
  const mode_t mode = job->options().preserve ? 0700 : status.mode;
  const int host_fd = name.empty() ? host_tree::OpenDirectory(parent, ".")
                                   : host_tree::MakeDirectory(parent, name.c_str(), mode, &final_mode);
  if (host_fd < 0) {
    guest.Close(static_cast<uint64_t>(guest_fd));
    return job->Problem(host_fd, Side::kHost, "mkdir");
  }
  TreeCopy(job).Run(guest_fd, std::make_shared<HostFd>(host_fd), status, final_mode);
}

void CopySourceOut(CopyJob* job, const CopySource& source) {
  job->path() = source.from;
  const bool follow = job->options().follow;
  Statx status;
  const int64_t result =
      job->guest().Stat(kAtFdcwd, source.from.c_str(), follow ? 0 : kAtSymlinkNofollow, &status);
  if (result < 0) return job->Problem(result, Side::kImage, "stat");
  std::string name;
  const auto parent = std::make_shared<HostFd>(host_tree::OpenParent(source.to, &name));
  if (parent->get() < 0) return job->Problem(parent->get(), Side::kHost, "open");
  if ((status.mode & kFormatMask) == kDirectory) {
    CopyDirectory(job, source, status, parent->get(), name);
  } else if (name.empty()) {
    job->Problem(-EISDIR, Side::kHost, "open");
  } else {
    job->CopyEntry(kAtFdcwd, source.from.c_str(), status, parent, name.c_str(), follow);
  }
}

}  // namespace

CopyResult CopyOut(const Guest& guest, const Disks& disks, const std::vector<CopySource>& sources,
                   const CopyOptions& options, const CopyObserver& observer) {
  CopyJob job(guest, disks, options, observer);
  for (const CopySource& source : sources) {
    if (!job.running()) break;
    CopySourceOut(&job, source);
  }
  return job.Take();
}

}  // namespace kdisk
