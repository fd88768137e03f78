// SPDX-License-Identifier: GPL-2.0-only
// Raw images on Linux: see image_file.h.
#include "image_file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "loop_devices.h"

namespace kdisk {

namespace {

constexpr size_t kVectors = 256;

// Moves all of `list` or says why not. `transfer` is preadv or pwritev.
template <typename Transfer>
int TransferAll(int fd, const SegmentList& list, uint64_t offset, Transfer transfer) {
  iovec vectors[kVectors];
  size_t next = 0;
  // Bytes of list.data()[next] that are done.
  size_t skip = 0;
  while (next < list.count()) {
    size_t count = 0;
    for (size_t i = next; i < list.count() && count < kVectors; i++, count++) {
      vectors[count] = {list.data()[i].base, list.data()[i].size};
    }
    vectors[0].iov_base = static_cast<uint8_t*>(vectors[0].iov_base) + skip;
    vectors[0].iov_len -= skip;
    const ssize_t moved = transfer(fd, vectors, static_cast<int>(count), static_cast<off_t>(offset));
    if (moved < 0) {
      if (errno == EINTR) continue;
      return -errno;
    }
    // End of file inside size(): the image was truncated by someone while we have it open.
    if (moved == 0) return -EIO;
    offset += static_cast<uint64_t>(moved);
    size_t left = static_cast<size_t>(moved) + skip;
    while (next < list.count() && left >= list.data()[next].size) left -= list.data()[next++].size;
    skip = left;
  }
  return 0;
}

int Fallocate(int fd, int mode, uint64_t offset, uint64_t length) {
  while (fallocate(fd, mode, static_cast<off_t>(offset), static_cast<off_t>(length)) != 0) {
    if (errno != EINTR) return -errno;
  }
  return 0;
}

bool IsUnsupported(int result) { return result == -EOPNOTSUPP || result == -ENOSYS || result == -EINVAL; }

}  // namespace

std::unique_ptr<ImageFile> ImageFile::Open(const std::string& path, bool writable, Failure* failure) {
  // O_NONBLOCK: opening a fifo would wait for its other end. It means nothing to files and block devices.
  int fd = open(path.c_str(), (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    *failure = Failure::Errno(errno, "open", path);
    return nullptr;
  }
  std::unique_ptr<ImageFile> image(new ImageFile(fd, writable));
  *failure = image->Inspect(path);
  if (!failure->ok()) return nullptr;
  return image;
}

std::unique_ptr<ImageFile> ImageFile::OpenForWriting(const std::string& path, Failure* failure) {
  flock(fd_, LOCK_UN);
  std::unique_ptr<ImageFile> image = Open("/proc/self/fd/" + std::to_string(fd_), true, failure);
  if (!image) {
    failure->path = path;
  } else if (image->size_ != size_ || image->modified_.tv_sec != modified_.tv_sec ||
             image->modified_.tv_nsec != modified_.tv_nsec) {
    *failure = Failure::Errno(ESTALE, "open", path, "the image was changed by another program since it was opened");
    image.reset();
  }
  if (!image) Lock();
  return image;
}

ImageFile::~ImageFile() { close(fd_); }

Failure ImageFile::Inspect(const std::string& path) {
  struct stat status;
  if (fstat(fd_, &status) != 0) return Failure::Errno(errno, "fstat", path);
  identity_ = {status.st_dev, status.st_ino};
  modified_ = status.st_mtim;
  if (S_ISDIR(status.st_mode)) return Failure::Errno(EISDIR, "open", path);
  if (S_ISBLK(status.st_mode)) {
    Failure failure = InspectBlockDevice(path);
    if (!failure.ok()) return failure;
  } else if (S_ISREG(status.st_mode)) {
    size_ = static_cast<uint64_t>(status.st_size) & ~UINT64_C(511);
    const std::string loop = writable_ ? MountedLoopDevice(status.st_dev, status.st_ino) : std::string();
    if (!loop.empty()) return Failure::Errno(EBUSY, "open", path, "it is mounted on this machine, by /dev/" + loop);
  } else {
    return Failure::Errno(EINVAL, "open", path, "not a regular file or block device");
  }
  if (size_ == 0) {
    return Failure::Errno(EINVAL, "open", path,
                          status.st_size == 0 ? "the image is empty"
                                              : "the image is smaller than a sector (512 bytes)");
  }
  const int locked = Lock();
  if (locked < 0) return Failure::Errno(-locked, "open", path);
  return {};
}

Failure ImageFile::InspectBlockDevice(const std::string& path) {
  is_block_device_ = true;
  uint64_t size = 0;
  if (ioctl(fd_, BLKGETSIZE64, &size) != 0) return Failure::Errno(errno, "ioctl", path);
  size_ = size & ~UINT64_C(511);
  int logical = 0;
  if (ioctl(fd_, BLKSSZGET, &logical) == 0 && logical >= 512) logical_block_size_ = static_cast<uint32_t>(logical);
  unsigned int physical = 0;
  physical_block_size_ = logical_block_size_;
  if (ioctl(fd_, BLKPBSZGET, &physical) == 0 && physical > logical_block_size_) physical_block_size_ = physical;
  int read_only = 0;
  if (writable_ && ioctl(fd_, BLKROGET, &read_only) == 0 && read_only) return Failure::Errno(EROFS, "open", path);
  if (writable_) {
    // A second open that asks for exclusive use tells whether the host has it mounted; held only for the question,
    // because the claim belongs to the open file and fd_ was opened before we knew that this is a block device.
    const std::string self = "/proc/self/fd/" + std::to_string(fd_);
    const int claim = open(self.c_str(), O_RDWR | O_EXCL | O_CLOEXEC);
    if (claim < 0) return Failure::Errno(errno, "open", path);
    close(fd_);
    fd_ = claim;
  }
  return {};
}

int ImageFile::Lock() {
  while (flock(fd_, (writable_ ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return -EBUSY;
    // Some network file systems have no locks: then nobody can be told, as with any other tool.
    return 0;
  }
  return 0;
}

int ImageFile::Read(const SegmentList& target, uint64_t offset) { return TransferAll(fd_, target, offset, preadv); }

int ImageFile::Write(const SegmentList& source, uint64_t offset) {
  if (!writable_) return -EROFS;
  return TransferAll(fd_, source, offset, pwritev);
}

int ImageFile::Flush() {
  if (!writable_) return 0;
  if (flush_error_ != 0) return flush_error_;
  while (fdatasync(fd_) != 0) {
    if (errno == EINTR) continue;
    flush_error_ = -errno;
    return flush_error_;
  }
  return 0;
}

int ImageFile::Discard(uint64_t offset, uint64_t length) {
  if (!writable_) return -EROFS;
  const int result = Fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
  return IsUnsupported(result) ? 0 : result;
}

int ImageFile::WriteZeroes(uint64_t offset, uint64_t length, bool unmap) {
  if (!writable_) return -EROFS;
  int result = -EOPNOTSUPP;
  if (unmap) result = Fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
  if (IsUnsupported(result)) {
    result = Fallocate(fd_, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, offset, length);
  }
  return IsUnsupported(result) ? WriteZeroBytes(offset, length) : result;
}

int ImageFile::Punch(uint64_t offset, uint64_t length) {
  if (!writable_) return -EROFS;
  const int result = Fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
  return IsUnsupported(result) ? -EOPNOTSUPP : result;
}

int ImageFile::Reserve(uint64_t offset, uint64_t length) {
  if (!writable_) return -EROFS;
  const int result = Fallocate(fd_, FALLOC_FL_KEEP_SIZE, offset, length);
  return IsUnsupported(result) ? 0 : result;
}

uint64_t ImageFile::NextData(uint64_t offset) const {
  const off_t data = lseek(fd_, static_cast<off_t>(offset), SEEK_DATA);
  if (data >= 0) return std::min(static_cast<uint64_t>(data), size_);
  // ENXIO: a hole to the end. All else: a file system, or a device, that does not know.
  return errno == ENXIO ? size_ : offset;
}

bool ImageFile::HostRange(uint64_t offset, uint64_t length, int* fd, uint64_t* host_offset) const {
  if (writable_ || length > size_ || offset > size_ - length) return false;
  *fd = fd_;
  *host_offset = offset;
  return true;
}

int ImageFile::WriteZeroBytes(uint64_t offset, uint64_t length) {
  std::vector<uint8_t> zeroes(static_cast<size_t>(std::min<uint64_t>(length, 1 << 20)));
  while (length > 0) {
    SegmentList source;
    source.Add(zeroes.data(), static_cast<size_t>(std::min<uint64_t>(length, zeroes.size())));
    const int result = Write(source, offset);
    if (result < 0) return result;
    offset += source.bytes();
    length -= source.bytes();
  }
  return 0;
}

}  // namespace kdisk
