// SPDX-License-Identifier: GPL-2.0-only
// kdisk-bare: the kernel without Node, on the main thread; to debug the port and to measure it.
#include <fcntl.h>
#include <getopt.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "../disks.h"
#include "../guest.h"
#include "../kernel.h"

namespace {

using namespace kdisk;
using namespace kdisk::linux_abi;

struct Options {
  std::string kernel, image, type;
  uint32_t partition = 0;
  std::string list, read, write, command_line;
  std::string mount_options;
  bool mount_only = false, read_write = false, overlay = false, log = false, json = false;
  uint64_t memory_mib = 64;
  // Of --write; `files` of them, when there are more than one, go to PATH0, PATH1, ...
  uint64_t size = 0, files = 1;
  bool buffered = false;
};

constexpr char kUsage[] =
    "usage: kdisk-bare KERNEL [IMAGE FSTYPE] [--part N] [--mount-only | --ls DIR | --read PATH |\n"
    "                  --write PATH --size BYTES [--files N] [--buffered]] [--rw | --overlay]\n"
    "                  [--options MOUNTOPTS] [--memory MiB] [--cmdline TEXT] [--log] [--json]\n"
    "With --json the content of --read is not printed.\n";

// Microseconds of each phase, in order.
class Phases {
 public:
  // A part of the next lap that is shown on its own.
  void Part(const char* name, uint64_t nanoseconds) {
    entries_.push_back({name, nanoseconds});
    total_ += nanoseconds;
    last_ += nanoseconds;
  }
  void Lap(const char* name) {
    const uint64_t now = Host::Monotonic();
    entries_.push_back({name, now - last_});
    total_ += now - last_;
    last_ = now;
  }
  void Print(FILE* out, bool json) const {
    if (json) fputc('{', out);
    for (const Entry& entry : entries_) {
      fprintf(out, json ? "\"%s\":%.1f," : "%-10s %10.1f us\n", entry.name, static_cast<double>(entry.ns) / 1000);
    }
    fprintf(out, json ? "\"%s\":%.1f}\n" : "%-10s %10.1f us\n", "total", static_cast<double>(total_) / 1000);
  }

 private:
  struct Entry {
    const char* name;
    uint64_t ns;
  };
  std::vector<Entry> entries_;
  uint64_t last_ = Host::Monotonic();
  uint64_t total_ = 0;
};

bool Parse(int argc, char** argv, Options* options) {
  enum { kPart = 256, kMountOnly, kLs, kRead, kRw, kOverlayFlag, kMountOptions, kMemory, kCmdline, kLog, kJson,
         kWrite, kSize, kFiles, kBuffered };
  static const option kLong[] = {{"part", 1, nullptr, kPart},         {"mount-only", 0, nullptr, kMountOnly},
                                 {"ls", 1, nullptr, kLs},             {"read", 1, nullptr, kRead},
                                 {"rw", 0, nullptr, kRw},             {"overlay", 0, nullptr, kOverlayFlag},
                                 {"options", 1, nullptr, kMountOptions}, {"memory", 1, nullptr, kMemory},
                                 {"cmdline", 1, nullptr, kCmdline},   {"log", 0, nullptr, kLog},
                                 {"json", 0, nullptr, kJson},         {"write", 1, nullptr, kWrite},
                                 {"size", 1, nullptr, kSize},         {"files", 1, nullptr, kFiles},
                                 {"buffered", 0, nullptr, kBuffered}, {nullptr, 0, nullptr, 0}};
  int option;
  while ((option = getopt_long(argc, argv, "", kLong, nullptr)) != -1) {
    switch (option) {
      case kPart: options->partition = static_cast<uint32_t>(atoi(optarg)); break;
      case kMountOnly: options->mount_only = true; break;
      case kLs: options->list = optarg; break;
      case kRead: options->read = optarg; break;
      case kRw: options->read_write = true; break;
      case kOverlayFlag: options->overlay = true; break;
      case kMountOptions: options->mount_options = optarg; break;
      case kMemory: options->memory_mib = strtoull(optarg, nullptr, 10); break;
      case kCmdline: options->command_line = optarg; break;
      case kLog: options->log = true; break;
      case kJson: options->json = true; break;
      case kWrite: options->write = optarg; break;
      case kSize: options->size = strtoull(optarg, nullptr, 10); break;
      case kFiles: options->files = strtoull(optarg, nullptr, 10); break;
      case kBuffered: options->buffered = true; break;
      default: return false;
    }
  }
  const int left = argc - optind;
  if (left != 1 && left != 3) return false;
  options->kernel = argv[optind];
  if (left == 3) {
    options->image = argv[optind + 1];
    options->type = argv[optind + 2];
  }
  return true;
}

bool Report(const char* step, int64_t result) {
  if (result >= 0) return true;
  const char* why = result == Kernel::kDead ? "the kernel is dead" : strerror(static_cast<int>(-result));
  fprintf(stderr, "kdisk-bare: %s: %s\n", step, why);
  return false;
}

bool Report(const Failure& failure) {
  if (failure.ok()) return true;
  fprintf(stderr, "kdisk-bare: %s %s: %s\n", failure.syscall.c_str(), failure.path.c_str(),
          failure.message.empty() ? strerror(failure.error) : failure.message.c_str());
  return false;
}

bool List(const Guest& guest, const std::string& path) {
  GuestFd directory(guest, guest.Open(path.c_str(), kODirectory));
  if (!Report("open", directory.get())) return false;
  std::vector<uint8_t> buffer(64 * 1024);
  for (;;) {
    const int64_t size = guest.ReadDirectory(directory.fd(), buffer.data(), buffer.size());
    if (!Report("getdents64", size)) return false;
    if (size == 0) return true;
    EntryReader reader(buffer.data(), size);
    GuestEntry entry;
    while (reader.Next(&entry)) printf("%10" PRIu64 " %2d %s\n", entry.ino, entry.type, entry.name);
  }
}

bool Read(const Guest& guest, const std::string& path, bool output, uint64_t* bytes) {
  GuestFd file(guest, guest.Open(path.c_str(), kORdonly));
  if (!Report("open", file.get())) return false;
  std::vector<uint8_t> buffer(1 << 20);
  for (*bytes = 0;;) {
    const int64_t size = guest.ReadOnce(file.fd(), buffer.data(), buffer.size(), *bytes);
    if (!Report("read", size)) return false;
    if (size == 0) return true;
    *bytes += static_cast<uint64_t>(size);
    const auto count = static_cast<size_t>(size);
    if (output && fwrite(buffer.data(), 1, count, stdout) != count) return false;
  }
}

bool WriteFile(const Guest& guest, const std::string& path, const Options& options, const std::vector<uint8_t>& data) {
  GuestFd file(guest, guest.Call(kOpenat, {kAtFdcwd, Address(path.c_str()), kOWronly | kOCreat, 0644}));
  if (!Report("open", file.get())) return false;
  for (uint64_t at = 0; at < options.size; at += data.size()) {
    const uint64_t size = std::min<uint64_t>(data.size(), options.size - at);
    const int64_t done = options.buffered ? guest.Write(file.fd(), data.data(), size, at)
                                          : guest.WriteOnce(file.fd(), data.data(), size, at);
    if (!Report("write", done)) return false;
  }
  return true;
}

bool Write(const Guest& guest, const Options& options) {
  // No zeroes, and no two pages alike.
  std::vector<uint8_t> data(1 << 20);
  for (size_t i = 0; i < data.size(); i++) data[i] = static_cast<uint8_t>(1 + i / kPageSize + i % 251);
  for (uint64_t i = 0; i < options.files; i++) {
    const std::string path = options.files == 1 ? options.write : options.write + std::to_string(i);
    if (!WriteFile(guest, path, options, data)) return false;
  }
  return true;
}

bool Run(const Options& options, Kernel* kernel, Phases* phases) {
  BootOptions boot;
  boot.image = options.kernel;
  boot.memory = options.memory_mib << 20;
  boot.command_line = options.command_line;
  const Failure failure = kernel->Boot(boot);
  phases->Part("map", kernel->image().map_ns);
  phases->Part("relocate", kernel->image().relocate_ns);
  if (!Report(failure)) return false;
  phases->Lap("boot");
  if (options.image.empty()) return true;

  Disks disks(kernel);
  Disk disk;
  const AttachMode mode = options.read_write ? AttachMode::kReadWrite
                          : options.overlay  ? AttachMode::kOverlay
                                             : AttachMode::kReadOnly;
  if (!Report(disks.Attach(options.image, mode, &disk))) return false;
  phases->Lap("attach");
  std::string device = disk.device;
  for (const Partition& partition : disk.partitions) {
    if (partition.index == options.partition) device = partition.device;
  }

  const Guest own(kernel, -1);
  own.Call(kMkdirat, {kAtFdcwd, Address("/mnt"), 0755});
  // mount reads a page of options, however few there are.
  std::string mount_options = options.mount_options;
  mount_options.resize(std::max(mount_options.size(), kPageSize));
  const uint64_t flags = options.read_write || options.overlay ? 0 : kMsRdonly;
  if (!Report("mount", own.Call(kMount, {Address(device.c_str()), Address("/mnt"), Address(options.type.c_str()), flags,
                                         Address(mount_options.c_str())}))) {
    return false;
  }
  phases->Lap("mount");

  bool good = true;
  {
    GuestFd root(own, own.Open("/mnt", kODirectory));
    const Guest guest(kernel, static_cast<int>(root.get()));
    uint64_t bytes = 0;
    if (!options.list.empty()) good = List(guest, options.list);
    if (!options.read.empty()) good = Read(guest, options.read, !options.json, &bytes);
    if (!options.write.empty()) good = Write(guest, options);
    phases->Lap("op");
  }
  if (!options.mount_only) {
    good = Report("umount", own.Call(kUmount2, {Address("/mnt"), 0})) && good;
    phases->Lap("umount");
    good = Report(disks.Detach(disk.id)) && good;
    phases->Lap("detach");
  }
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!Parse(argc, argv, &options)) {
    fputs(kUsage, stderr);
    return 2;
  }
  // Not on the stack and never destroyed: a dead kernel may not be touched, and exit is part of what is measured.
  auto* kernel = new Kernel;
  Phases phases;
  const bool good = Run(options, kernel, &phases);
  if (options.log || !good) fputs(kernel->log().Text().c_str(), stderr);
  phases.Print(options.json ? stdout : stderr, options.json);
  fflush(stdout);
  _exit(good ? 0 : 1);
}
