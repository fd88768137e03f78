// SPDX-License-Identifier: GPL-2.0-only
// Attach and detach: see disks.h.
#include "disks.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "virtio_blk.h"

namespace kdisk {

using namespace linux_abi;

namespace {

constexpr uint64_t kSector = 512;
constexpr int kErrorsNoted = 5;

// Value of a line "KEY=value", empty without one.
std::string Field(const std::string& uevent, const std::string& key) {
  size_t at = 0;
  while (at < uevent.size()) {
    size_t end = uevent.find('\n', at);
    if (end == std::string::npos) end = uevent.size();
    if (uevent.compare(at, key.size(), key) == 0 && uevent[at + key.size()] == '=') {
      at += key.size() + 1;
      return uevent.substr(at, end - at);
    }
    at = end + 1;
  }
  return {};
}

uint64_t Number(const std::string& text) { return strtoull(text.c_str(), nullptr, 10); }

}  // namespace

auto Disks::FreeSlot() -> Slots::iterator { return std::find(slots_.begin(), slots_.end(), nullptr); }

Failure Disks::TooMany(const std::string& path) {
  return Failure::Errno(EMFILE, "attach", path, "too many disks are attached");
}

Failure Disks::NoSuchDisk(const char* syscall) const {
  return Failure::Errno(EBADF, syscall, {}, "no disk is attached under this number");
}

Failure Disks::KernelFailure(int64_t result, const char* syscall, const std::string& path) const {
  if (kernel_.dead()) return kernel_.DeadFailure();
  return Failure::Errno(static_cast<int>(-result), syscall, path);
}

Failure Disks::Attach(const std::string& path, AttachMode mode, Disk* disk) {
  // Before the image is opened and locked for nothing.
  if (FreeSlot() == slots_.end()) return TooMany(path);
  Failure failure;
  std::shared_ptr<OpenDisk> open = OpenDisk::Open(path, mode, {}, &failure);
  return open ? Attach(std::move(open), disk) : failure;
}

Failure Disks::Attach(std::shared_ptr<OpenDisk> open, Disk* disk) {
  const std::string& path = open->path();
  if (open->attached()) return Failure::Errno(EBUSY, "attach", path, "the disk is attached already");
  const auto free = FreeSlot();
  if (free == slots_.end()) return TooMany(path);
  const auto id = static_cast<uint32_t>(free - slots_.begin());
  auto slot = std::make_unique<Slot>();
  slot->device = open;

  Failure failure = MountSysfs();
  if (!failure.ok()) return failure;
  // A disk that is full fails thousands of times; the first ones tell why, and the kernel's own words stay in the log.
  const auto on_error = [this, path, left = kErrorsNoted](const char* what, uint64_t offset, int error) mutable {
    if (left == 0) return;
    left--;
    kernel_.Note("kdisk: the host failed a " + std::string(what) + " at byte " + std::to_string(offset) + " of " +
                 path + ": " + strerror(-error) + "\n");
  };
  const int64_t added =
      kernel_.AddDevice(std::make_unique<VirtioBlk>(slot->device, "kdisk-" + std::to_string(id), on_error), id);
  if (added < 0) return KernelFailure(added, "attach", path);
  slot->disk.id = id;
  slot->disk.size = slot->device->size();
  failure = Describe(slot.get());
  if (!failure.ok()) {
    RemoveNodes(slot->disk);
    kernel_.RemoveDevice(id);
    return failure;
  }
  *disk = slot->disk;
  open->set_attached(true);
  slots_[id] = std::move(slot);
  return {};
}

Failure Disks::MountSysfs() {
  if (sysfs_) return {};
  for (const char* directory : {"/sys", "/dev"}) {
    const int64_t made = guest_.Call(kMkdirat, {kAtFdcwd, Address(directory), 0755});
    if (made < 0 && made != -EEXIST) return KernelFailure(made, "mkdir", directory);
  }
  const int64_t mounted = guest_.Call(kMount, {Address("sysfs"), Address("/sys"), Address("sysfs"), 0, 0});
  // EBUSY: the kernel or the library has mounted it there already.
  if (mounted < 0 && mounted != -EBUSY) return KernelFailure(mounted, "mount", "/sys");
  sysfs_ = true;
  return {};
}

// The only disk in sysfs that is not one of ours yet.
int64_t Disks::FindNewName(std::string* name) const {
  GuestFd directory(guest_, guest_.Open("/sys/block", kODirectory));
  if (directory.get() < 0) return directory.get();
  alignas(8) uint8_t buffer[4096];
  for (;;) {
    const int64_t size = guest_.ReadDirectory(directory.fd(), buffer, sizeof(buffer));
    if (size <= 0) return size < 0 ? size : -ENODEV;
    EntryReader reader(buffer, size);
    GuestEntry entry;
    while (reader.Next(&entry)) {
      const std::string candidate(entry.name, entry.name_size);
      if (candidate.compare(0, 2, "vd") != 0) continue;
      const bool known = std::any_of(slots_.begin(), slots_.end(), [&candidate](const std::unique_ptr<Slot>& slot) {
        return slot && slot->disk.name == candidate;
      });
      if (known) continue;
      *name = candidate;
      return 0;
    }
  }
}

Failure Disks::Describe(Slot* slot) {
  Disk& disk = slot->disk;
  int64_t result = FindNewName(&disk.name);
  if (result < 0) return KernelFailure(result, "attach", "/sys/block");
  disk.device = "/dev/" + disk.name;
  const std::string path = "/sys/block/" + disk.name;
  GuestFd directory(guest_, guest_.Open(path.c_str(), kODirectory));
  if (directory.get() < 0) return KernelFailure(directory.get(), "attach", path);
  std::string uevent;
  result = guest_.ReadSmallFile(directory.fd(), "uevent", &uevent);
  if (result > 0) result = MakeNode(disk.device, uevent, &disk.number);
  if (result < 0) return KernelFailure(result, "attach", path);

  alignas(8) uint8_t buffer[8192];
  int64_t size;
  while ((size = guest_.ReadDirectory(directory.fd(), buffer, sizeof(buffer))) > 0) {
    EntryReader reader(buffer, size);
    GuestEntry entry;
    while (reader.Next(&entry)) {
      // Partitions are subdirectories vda1, vda2, ...
      if (entry.type != kDtDirectory || std::string(entry.name).compare(0, disk.name.size(), disk.name) != 0) continue;
      Partition partition;
      result = ReadPartition(directory.fd(), entry.name, &partition);
      if (result < 0) return KernelFailure(result, "attach", path + "/" + entry.name);
      disk.partitions.push_back(partition);
    }
  }
  if (size < 0) return KernelFailure(size, "attach", path);
  std::sort(disk.partitions.begin(), disk.partitions.end(),
            [](const Partition& a, const Partition& b) { return a.index < b.index; });
  return {};
}

int64_t Disks::ReadPartition(uint64_t directory, const char* name, Partition* partition) const {
  std::string text;
  const std::string base(name);
  int64_t result = guest_.ReadSmallFile(directory, (base + "/start").c_str(), &text);
  if (result < 0) return result;
  partition->start = Number(text) * kSector;
  result = guest_.ReadSmallFile(directory, (base + "/size").c_str(), &text);
  if (result < 0) return result;
  partition->size = Number(text) * kSector;
  result = guest_.ReadSmallFile(directory, (base + "/uevent").c_str(), &text);
  if (result < 0) return result;
  partition->index = static_cast<uint32_t>(Number(Field(text, "PARTN")));
  partition->name = Field(text, "PARTNAME");
  partition->device = "/dev/" + base;
  return MakeNode(partition->device, text, &partition->number);
}

int64_t Disks::MakeNode(const std::string& device, const std::string& uevent, uint64_t* number) const {
  *number = MakeDev(static_cast<uint32_t>(Number(Field(uevent, "MAJOR"))),
                    static_cast<uint32_t>(Number(Field(uevent, "MINOR"))));
  // A node that a failed attach left behind may have another number.
  guest_.Call(kUnlinkat, {kAtFdcwd, Address(device.c_str()), 0});
  return guest_.Call(kMknodat, {kAtFdcwd, Address(device.c_str()), kBlock | 0600, *number});
}

void Disks::RemoveNodes(const Disk& disk) const {
  if (disk.device.empty()) return;
  guest_.Call(kUnlinkat, {kAtFdcwd, Address(disk.device.c_str()), 0});
  for (const Partition& partition : disk.partitions) {
    guest_.Call(kUnlinkat, {kAtFdcwd, Address(partition.device.c_str()), 0});
  }
}

Failure Disks::Detach(uint32_t id) {
  if (id >= slots_.size() || !slots_[id]) return NoSuchDisk("detach");
  const Slot& slot = *slots_[id];
  int64_t synced = 0;
  {
    // Exclusive: fails while the disk or a partition of it is mounted.
    GuestFd device(guest_, guest_.Open(slot.disk.device.c_str(), kORdonly | kOExcl));
    if (device.get() < 0) return KernelFailure(device.get(), "detach", slot.disk.device);
    // What was written to the device itself, past any file system.
    synced = guest_.Call(kFsync, {device.fd()});
  }
  RemoveNodes(slot.disk);
  const std::shared_ptr<OpenDisk> device = slot.device;
  const int64_t removed = kernel_.RemoveDevice(id);
  slots_[id].reset();
  device->set_attached(false);
  // The image's bytes must be safe even if the kernel has trouble with the removal.
  const Failure failure = device->Finish();
  if (!failure.ok()) return failure;
  if (synced < 0) return KernelFailure(synced, "fsync", device->path());
  if (removed < 0) return KernelFailure(removed, "detach", device->path());
  return {};
}

bool Disks::HostRange(uint64_t number, uint64_t offset, uint64_t length, int* fd, uint64_t* host_offset) const {
  for (const std::unique_ptr<Slot>& slot : slots_) {
    if (!slot) continue;
    const BlockDevice& device = *slot->device;
    if (slot->disk.number == number) return device.HostRange(offset, length, fd, host_offset);
    for (const Partition& partition : slot->disk.partitions) {
      if (partition.number != number) continue;
      return length <= partition.size && offset <= partition.size - length &&
             device.HostRange(partition.start + offset, length, fd, host_offset);
    }
  }
  return false;
}

Failure Disks::Read(uint32_t id, uint64_t offset, uint8_t* target, size_t size, size_t* done) {
  if (id >= slots_.size() || !slots_[id]) return NoSuchDisk("read");
  BlockDevice& device = *slots_[id]->device;
  *done = 0;
  if (offset >= device.size()) return {};
  SegmentList list;
  list.Add(target, static_cast<size_t>(std::min<uint64_t>(size, device.size() - offset)));
  const int result = device.Read(list, offset);
  if (result < 0) return Failure::Errno(-result, "read", slots_[id]->disk.device);
  *done = static_cast<size_t>(list.bytes());
  return {};
}

bool Disks::IsImage(const FileIdentity& file) const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [&file](const std::unique_ptr<Slot>& slot) { return slot && slot->device->identity() == file; });
}

}  // namespace kdisk
