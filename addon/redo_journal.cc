// SPDX-License-Identifier: GPL-2.0-only
// A redo journal: see redo_journal.h.
#include "redo_journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "crc32c.h"

namespace kdisk {

using namespace redo;

namespace {

constexpr char kSuffix[] = ".kdisk-redo";

bool IsZero(const uint8_t* bytes, size_t size) {
  return std::all_of(bytes, bytes + size, [](uint8_t byte) { return byte == 0; });
}

}  // namespace

int SyncDirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -errno;
  // EINVAL: a file system that has nothing to synchronise there.
  const int result = fsync(fd) == 0 || errno == EINVAL ? 0 : -errno;
  close(fd);
  return result;
}

std::string RedoJournal::NameFor(const ImageFile& image) {
  struct stat status;
  if (fstat(image.fd(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink == 0) return {};
  // The file's own name, not that of a symbolic link by which it was opened.
  char name[PATH_MAX];
  const ssize_t length = readlink(("/proc/self/fd/" + std::to_string(image.fd())).c_str(), name, sizeof(name));
  if (length <= 0 || length == sizeof(name) || name[0] != '/') return {};
  return std::string(name, static_cast<size_t>(length)) + kSuffix;
}

std::unique_ptr<RedoJournal> RedoJournal::Find(const ImageFile& image, Failure* failure) {
  *failure = {};
  const std::string path = NameFor(image);
  if (path.empty()) return nullptr;
  const int fd = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    if (errno != ENOENT && errno != ENAMETOOLONG) *failure = Failure::Errno(errno, "open", path);
    return nullptr;
  }
  auto journal = std::make_unique<RedoJournal>(fd, path);
  struct stat ours, theirs;
  if (fstat(fd, &ours) != 0 || fstat(image.fd(), &theirs) != 0) {
    *failure = Failure::Errno(errno, "fstat", path);
  } else if (!S_ISREG(ours.st_mode)) {
    *failure = journal->Damaged("is no file");
  } else if (ours.st_uid != 0 && ours.st_uid != theirs.st_uid && ours.st_uid != geteuid()) {
    // In a directory of many users anybody could have put it there.
    *failure = journal->Damaged("belongs to another user");
  }
  return failure->ok() ? std::move(journal) : nullptr;
}

RedoJournal::~RedoJournal() { close(fd_); }

Failure RedoJournal::Damaged(const std::string& what) const {
  return Failure::Code("ERR_REDO_DAMAGED", path_ + ": this journal of an interrupted repair " + what +
                                               "; move it away, then check the image with kdisk fsck");
}

Failure RedoJournal::Mismatch() const {
  return Failure::Code("ERR_REDO_MISMATCH", path_ + ": this journal of an interrupted repair does not fit the image, "
                                                    "which was changed or replaced since; move the journal away, then "
                                                    "check the image with kdisk fsck");
}

int RedoJournal::ReadAll(void* target, size_t size, uint64_t offset) {
  auto* to = static_cast<uint8_t*>(target);
  while (size > 0) {
    const ssize_t done = pread(fd_, to, size, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return done < 0 ? -errno : -ENODATA;
    to += done;
    size -= static_cast<size_t>(done);
    offset += static_cast<uint64_t>(done);
  }
  return 0;
}

Failure RedoJournal::ReadHeader(Header* header) {
  const int result = ReadAll(header, sizeof(*header), 0);
  if (result < 0 && result != -ENODATA) return Failure::Errno(-result, "read", path_);
  if (result < 0 || memcmp(header->magic, kMagic, sizeof(kMagic)) != 0) return Damaged("does not begin as one");
  if (header->version != kVersion) return Damaged("is of a version that this program does not know");
  Header copy = *header;
  copy.crc = 0;
  if (Crc32c(&copy, sizeof(copy)) != header->crc) return Damaged("is damaged");
  return {};
}

Failure RedoJournal::ReadPiece(uint64_t image_size, uint64_t* offset, Piece* piece) {
  Record& record = piece->record;
  int result = ReadAll(&record, sizeof(record), *offset);
  const bool sound = result == 0 && record.kind >= kData && record.kind <= kWitness && record.length > 0 &&
                     record.length <= kMostBytes && record.length % kSector == 0 && record.offset % kSector == 0 &&
                     record.length <= image_size && record.offset <= image_size - record.length;
  if (result == 0 && !sound) return Damaged("is damaged");
  if (sound) {
    piece->before.resize(static_cast<size_t>(record.length / kSector));
    piece->data.resize(record.kind == kData ? static_cast<size_t>(record.length) : 0);
    *offset += sizeof(record);
    const size_t sums = piece->before.size() * sizeof(uint32_t);
    result = ReadAll(piece->before.data(), sums, *offset);
    *offset += sums;
    if (result == 0) result = ReadAll(piece->data.data(), piece->data.size(), *offset);
    *offset += piece->data.size();
  }
  if (result < 0) return result == -ENODATA ? Damaged("is cut off") : Failure::Errno(-result, "read", path_);
  Record copy = record;
  copy.crc = 0;
  uint32_t crc = Crc32c(&copy, sizeof(copy));
  crc = Crc32c(piece->before.data(), piece->before.size() * sizeof(uint32_t), crc);
  crc = Crc32c(piece->data.data(), piece->data.size(), crc);
  return crc == record.crc ? Failure() : Damaged("is damaged");
}

Failure RedoJournal::ForEach(BlockDevice* device, const std::function<Failure(const Piece& piece)>& visit) {
  Header header;
  Failure failure = ReadHeader(&header);
  if (!failure.ok()) return failure;
  if (header.image_size != device->size()) return Mismatch();
  uint64_t offset = sizeof(header);
  Piece piece;
  for (uint64_t record = 0; record < header.records && failure.ok(); record++) {
    failure = ReadPiece(header.image_size, &offset, &piece);
    if (failure.ok()) failure = visit(piece);
  }
  if (failure.ok() && offset != header.length) return Damaged("is damaged");
  return failure;
}

Failure RedoJournal::Check(BlockDevice* image) {
  std::vector<uint8_t> now;
  return ForEach(image, [&](const Piece& piece) -> Failure {
    now.resize(static_cast<size_t>(piece.record.length));
    SegmentList list;
    list.Add(now.data(), now.size());
    const int result = image->Read(list, piece.record.offset);
    if (result < 0) return Failure::Errno(-result, "read", path_);
    for (size_t i = 0; i < piece.before.size(); i++) {
      const uint8_t* sector = &now[i * kSector];
      if (Crc32c(sector, kSector) == piece.before[i]) continue;
      const bool changed = piece.record.kind == kData     ? memcmp(sector, &piece.data[i * kSector], kSector) == 0
                           : piece.record.kind == kZeroes ? IsZero(sector, kSector)
                                                          : false;
      if (!changed) return Mismatch();
    }
    return {};
  });
}

Failure RedoJournal::Apply(BlockDevice* target, const Progress& progress) {
  uint64_t done = 0;
  return ForEach(target, [&](const Piece& piece) -> Failure {
    const Record& record = piece.record;
    int result = 0;
    if (record.kind == kZeroes) result = target->WriteZeroes(record.offset, record.length, true);
    if (record.kind == kData) {
      SegmentList list;
      // Write does not change it.
      list.Add(const_cast<uint8_t*>(piece.data.data()), piece.data.size());
      result = target->Write(list, record.offset);
    }
    if (result < 0) return Failure::Errno(-result, "write", path_);
    if (record.kind != kWitness) done += record.length;
    if (progress) progress(done);
    return {};
  });
}

Failure RedoJournal::RemoveAt(const std::string& path) {
  if (path.empty()) return {};
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return Failure::Errno(errno, "unlink", path);
  const int result = SyncDirectoryOf(path);
  return result < 0 ? Failure::Errno(-result, "fsync", path) : Failure();
}

}  // namespace kdisk
