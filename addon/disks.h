// SPDX-License-Identifier: GPL-2.0-only
// The images that are attached to the kernel, their device nodes and partitions.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "failure.h"
#include "guest.h"
#include "open_disk.h"

namespace kdisk {

struct Partition {
  uint32_t index = 0;
  // Bytes.
  uint64_t start = 0;
  uint64_t size = 0;
  std::string name;
  // Node in the kernel's own root, and its number (linux_abi::MakeDev).
  std::string device;
  uint64_t number = 0;
};

struct Disk {
  uint32_t id = 0;
  std::string name;
  uint64_t size = 0;
  std::string device;
  uint64_t number = 0;
  std::vector<Partition> partitions;
};

// Engine thread only.
class Disks {
 public:
  explicit Disks(Kernel* kernel) : kernel_(*kernel), guest_(kernel, -1) {}

  Failure Attach(const std::string& path, AttachMode mode, Disk* disk);
  // A disk that is open already, and stays so after Detach. EBUSY: it is attached.
  Failure Attach(std::shared_ptr<OpenDisk> open, Disk* disk);
  // EBUSY while anything on it is mounted: to pull the disk then would lose what was not yet written. A write that the
  // host refused at any time since the image was opened is an error here, with the host's errno: the disk is gone then
  // all the same.
  Failure Detach(uint32_t id);
  // Bytes read, which end at the end of the disk.
  Failure Read(uint32_t id, uint64_t offset, uint8_t* target, size_t size, size_t* done);
  // Where [offset, offset + length) of the disk or partition with this number lies on the host: see
  // BlockDevice::HostRange.
  bool HostRange(uint64_t number, uint64_t offset, uint64_t length, int* fd, uint64_t* host_offset) const;
  // Whether a file of the host is one of the images, which a copy must not overwrite.
  bool IsImage(const FileIdentity& file) const;

 private:
  struct Slot {
    std::shared_ptr<OpenDisk> device;
    Disk disk;
  };

  using Slots = std::array<std::unique_ptr<Slot>, LKL_MAX_DEVICES>;

  Slots::iterator FreeSlot();
  static Failure TooMany(const std::string& path);
  Failure Describe(Slot* slot);
  Failure MountSysfs();
  int64_t FindNewName(std::string* name) const;
  int64_t MakeNode(const std::string& device, const std::string& uevent, uint64_t* number) const;
  int64_t ReadPartition(uint64_t directory, const char* name, Partition* partition) const;
  void RemoveNodes(const Disk& disk) const;
  Failure NoSuchDisk(const char* syscall) const;
  Failure KernelFailure(int64_t result, const char* syscall, const std::string& path) const;

  Kernel& kernel_;
  Guest guest_;
  bool sysfs_ = false;
  Slots slots_;
};

}  // namespace kdisk
