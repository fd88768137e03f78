// SPDX-License-Identifier: GPL-2.0-only
// Copying single entries: see copy_job.h.
#include "copy_job.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace kdisk {

using namespace linux_abi;

namespace {

FileTimes TimesOf(const Statx& status) {
  const auto convert = [](const Timestamp& time) {
    timespec result = {};
    result.tv_sec = static_cast<time_t>(time.seconds);
    result.tv_nsec = time.nanoseconds;
    return result;
  };
  return {convert(status.atime), convert(status.mtime)};
}

}  // namespace

CopyJob::CopyJob(const Guest& guest, const Disks& disks, const CopyOptions& options, const CopyObserver& observer)
    : guest_(guest), disks_(disks), options_(options), observer_(observer), buffer_(new uint8_t[kBufferSize]) {}

void CopyJob::Problem(int64_t result, Side side, const char* step) {
  // A dead kernel is told once, for the whole job.
  if (guest_.dead()) return;
  result_.problems.push_back({path_, static_cast<int>(-result), side == Side::kHost, step});
}

bool CopyJob::Observe() {
  if (running_ && !observer_(result_.done)) running_ = false;
  return running();
}

void CopyJob::CopyEntry(uint64_t guest_directory, const char* from, const Statx& status, int host_directory,
                        const char* to, bool follow) {
  switch (status.mode & kFormatMask) {
    case kRegular: CopyFile(guest_directory, from, status, host_directory, to, follow); break;
    case kLink: CopyLink(guest_directory, from, status, host_directory, to); break;
    default: CopySpecial(status, host_directory, to); break;
  }
  Observe();
}

void CopyJob::CopyFile(uint64_t guest_directory, const char* from, const Statx& status, int host_directory,
                       const char* to, bool follow) {
  GuestFd source(guest_, guest_.OpenAt(guest_directory, from, kORdonly | kONonblock | (follow ? 0 : kONofollow)));
  if (source.get() < 0) return Problem(source.get(), Side::kImage, "open");
  const mode_t mode = options_.preserve ? 0600 : status.mode & 0777;
  const int target = host_tree::CreateFile(host_directory, to, mode,
                                           [this](const FileIdentity& file) { return disks_.IsImage(file); });
  if (target < 0) return Problem(target, Side::kHost, "open");

  bool whole = CopyContent(source.fd(), target, status);
  if (whole && options_.preserve) {
    const int moded = host_tree::SetMode(target, status.mode);
    if (moded < 0) Problem(moded, Side::kHost, "chmod");
    const int timed = host_tree::SetTimes(target, TimesOf(status));
    if (timed < 0) Problem(timed, Side::kHost, "utimes");
  }
  // Network file systems report a full disk here.
  if (close(target) != 0 && errno != EINTR && whole) {
    Problem(-errno, Side::kHost, "write");
    whole = false;
  }
  // Half a file under the name of a whole one would be taken for it.
  if (!whole) {
    unlinkat(host_directory, to, 0);
    return;
  }
  result_.done.files++;
}

bool CopyJob::CopyContent(uint64_t from, int to, const Statx& status) {
  const uint64_t size = status.size;
  // Fewer blocks than bytes: holes, or compression, where looking for holes finds none.
  bool sparse = status.blocks * 512 < size && size > 4096;
  uint64_t at = 0, written_end = 0;
  while (at < size) {
    uint64_t end = size;
    if (sparse) {
      const int64_t data = guest_.Call(kLseek, {from, at, kSeekData});
      if (data == -ENXIO) {
        result_.done.bytes += size - at;
        break;
      }
      if (data >= static_cast<int64_t>(at)) {
        result_.done.bytes += std::min<uint64_t>(data, size) - at;
        at = static_cast<uint64_t>(data);
        const int64_t hole = guest_.Call(kLseek, {from, at, kSeekHole});
        if (hole > data) end = std::min<uint64_t>(hole, size);
      } else {
        sparse = false;
      }
    }
    if (!CopyRange(from, to, &at, end, &written_end)) return false;
    // The file ended before its size said so.
    if (at < end) return true;
  }
  if (written_end >= size) return true;
  const int result = host_tree::SetLength(to, size);
  if (result < 0) Problem(result, Side::kHost, "write");
  return result == 0;
}

bool CopyJob::CopyRange(uint64_t from, int to, uint64_t* at, uint64_t end, uint64_t* written_end) {
  while (*at < end) {
    const int64_t count = guest_.Read(from, buffer_.get(), std::min<uint64_t>(kBufferSize, end - *at), *at);
    if (count < 0) {
      Problem(count, Side::kImage, "read");
      return false;
    }
    if (count == 0) return true;
    const int result = host_tree::Write(to, buffer_.get(), static_cast<size_t>(count), *at);
    if (result < 0) {
      Problem(result, Side::kHost, "write");
      return false;
    }
    *at += static_cast<uint64_t>(count);
    *written_end = *at;
    result_.done.bytes += static_cast<uint64_t>(count);
    // The end of a file is observed with the file.
    if (*at < end && !Observe()) return false;
  }
  return true;
}

void CopyJob::CopyLink(uint64_t guest_directory, const char* from, const Statx& status, int host_directory,
                       const char* to) {
  std::string target;
  const int64_t read = guest_.ReadLink(guest_directory, from, &target);
  if (read < 0) return Problem(read, Side::kImage, "readlink");
  const int made = host_tree::MakeLink(host_directory, to, target.c_str());
  if (made < 0) return Problem(made, Side::kHost, "symlink");
  if (options_.preserve) {
    const int timed = host_tree::SetEntryTimes(host_directory, to, TimesOf(status));
    if (timed < 0) Problem(timed, Side::kHost, "utimes");
  }
  result_.done.links++;
}

void CopyJob::CopySpecial(const Statx& status, int host_directory, const char* to) {
  const mode_t mode = status.mode & (kFormatMask | (options_.preserve ? 0600 : 0777));
  const int made = host_tree::MakeSpecial(host_directory, to, mode, status.rdev_major, status.rdev_minor);
  if (made < 0) return Problem(made, Side::kHost, "special");
  if (options_.preserve) {
    const int moded = host_tree::SetEntryMode(host_directory, to, status.mode);
    if (moded < 0) Problem(moded, Side::kHost, "chmod");
    const int timed = host_tree::SetEntryTimes(host_directory, to, TimesOf(status));
    if (timed < 0) Problem(timed, Side::kHost, "utimes");
  }
  result_.done.files++;
}

void CopyJob::FinishDirectory(int host_fd, const Statx& status, int final_mode) {
  const int mode = options_.preserve ? status.mode & 07777 : final_mode;
  if (mode >= 0) {
    const int moded = host_tree::SetMode(host_fd, static_cast<mode_t>(mode));
    if (moded < 0) Problem(moded, Side::kHost, "chmod");
  }
  if (!options_.preserve) return;
  const int timed = host_tree::SetTimes(host_fd, TimesOf(status));
  if (timed < 0) Problem(timed, Side::kHost, "utimes");
}

}  // namespace kdisk
