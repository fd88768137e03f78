// SPDX-License-Identifier: GPL-2.0-only
// Reading single entries for a copy: see copy_job.h.
#include "copy_job.h"

#include <algorithm>
#include <cerrno>

namespace kdisk {

using namespace linux_abi;

void CopyJob::Problem(int64_t result, Side side, const char* step) {
  // A dead kernel is told once, for the whole job.
  if (!guest_.dead()) report_.Problem(path_, result, side, step);
}

bool CopyJob::Observe() {
  if (running_ && !observer_(report_.Progress())) running_ = false;
  return running();
}

CopyResult CopyJob::Take() {
  Drain();
  return report_.Take();
}

void CopyJob::CountDirectory() {
  report_.Add(&CopyProgress::directories, 1);
  Observe();
}

CopyJob::TargetPtr CopyJob::MakeTarget(const Statx& status, const HostFdPtr& directory, const char* name) {
  return std::make_shared<CopyTarget>(&report_, path_, directory, name, status, options_.preserve);
}

void CopyJob::CopyEntry(uint64_t guest_directory, const char* from, const Statx& status,
                        const HostFdPtr& host_directory, const char* to, bool follow) {
  const TargetPtr target = MakeTarget(status, host_directory, to);
  switch (status.mode & kFormatMask) {
    case kRegular: CopyFile(guest_directory, from, status, target, follow); break;
    case kLink: CopyLink(guest_directory, from, target); break;
    default: writer_.Post([target] { target->MakeSpecial(); }); break;
  }
  Observe();
}

void CopyJob::CopyLink(uint64_t guest_directory, const char* from, const TargetPtr& target) {
  std::string text;
  const int64_t read = guest_.ReadLink(guest_directory, from, &text);
  if (read < 0) return Problem(read, Side::kImage, "readlink");
  writer_.Post([target, text] { target->MakeLink(text); });
}

void CopyJob::FinishDirectory(const HostFdPtr& host_directory, const Statx& status, int final_mode) {
  if (!options_.preserve && final_mode < 0) return;
  const TargetPtr target = MakeTarget(status, host_directory, "");
  writer_.Post([target, final_mode] { target->FinishDirectory(final_mode); });
}

void CopyJob::CopyFile(uint64_t guest_directory, const char* from, const Statx& status, const TargetPtr& target,
                       bool follow) {
  GuestFd source(guest_, guest_.OpenAt(guest_directory, from, kORdonly | kONonblock | (follow ? 0 : kONofollow)));
  if (source.get() < 0) return Problem(source.get(), Side::kImage, "open");
  const Disks& disks = disks_;
  const auto is_image = [&disks](const FileIdentity& file) { return disks.IsImage(file); };

  const bool has_holes = status.blocks * 512 < status.size;
  if (status.size > 0 && status.size <= HostWriter::kSmallBuffer && !has_holes) {
    // Most files of most trees: one task for all of it.
    const std::shared_ptr<uint8_t> bytes = writer_.Buffer(status.size);
    const int64_t count = guest_.Read(source.fd(), bytes.get(), status.size, 0);
    if (count < 0) return Problem(count, Side::kImage, "read");
    writer_.Post([target, bytes, count, is_image] {
      target->Create(is_image);
      target->Write(bytes.get(), static_cast<size_t>(count), 0);
      target->Finish(static_cast<uint64_t>(count));
    });
    report_.Add(&CopyProgress::bytes, static_cast<uint64_t>(count));
    return;
  }

  writer_.Post([target, is_image] { target->Create(is_image); });
  const int64_t length = CopyContent(source.fd(), status, target);
  writer_.Post([target, length] { length < 0 ? target->Abandon() : target->Finish(static_cast<uint64_t>(length)); });
}

bool CopyJob::NextData(uint64_t from, uint64_t size, bool* sparse, uint64_t* at, uint64_t* end) {
  *end = size;
  if (!*sparse) return true;
  const int64_t data = guest_.Call(kLseek, {from, *at, kSeekData});
  if (data == -ENXIO || data >= static_cast<int64_t>(size)) return false;
  if (data < static_cast<int64_t>(*at)) {
    *sparse = false;
    return true;
  }
  *at = static_cast<uint64_t>(data);
  const int64_t hole = guest_.Call(kLseek, {from, *at, kSeekHole});
  if (hole > data) *end = std::min(static_cast<uint64_t>(hole), size);
  return true;
}

int64_t CopyJob::CopyContent(uint64_t from, const Statx& status, const TargetPtr& target) {
  const uint64_t size = status.size;
  // Fewer blocks than bytes: holes, or compression, where looking for holes finds none.
  bool sparse = status.blocks * 512 < size;
  for (uint64_t at = 0, end; at < size;) {
    const uint64_t before = at;
    const bool found = NextData(from, size, &sparse, &at, &end);
    report_.Add(&CopyProgress::bytes, (found ? at : size) - before);
    if (!found) break;
    const int64_t reached = CopyRange(from, at, end, target);
    if (reached < 0) return reached;
    // The file ended before its size said so.
    if (static_cast<uint64_t>(reached) < end) return reached;
    at = end;
  }
  return static_cast<int64_t>(size);
}

int64_t CopyJob::CopyRange(uint64_t from, uint64_t at, uint64_t end, const TargetPtr& target) {
  while (at < end) {
    if (target->failed()) return -ECANCELED;
    const std::shared_ptr<uint8_t> bytes = writer_.Buffer(HostWriter::kLargeBuffer);
    const uint64_t size = std::min<uint64_t>(HostWriter::kLargeBuffer, end - at);
    const int64_t count = guest_.ReadOnce(from, bytes.get(), size, at);
    if (count < 0) {
      Problem(count, Side::kImage, "read");
      return count;
    }
    if (count == 0) break;
    writer_.Post([target, bytes, count, at] { target->Write(bytes.get(), static_cast<size_t>(count), at); });
    report_.Add(&CopyProgress::bytes, static_cast<uint64_t>(count));
    at += static_cast<uint64_t>(count);
    // The end of a file is observed with the file.
    if (at < end && !Observe()) return -ECANCELED;
  }
  return static_cast<int64_t>(at);
}

}  // namespace kdisk
