// SPDX-License-Identifier: GPL-2.0-only
// Loop devices on Linux, by sysfs and mountinfo: see loop_devices.h, Documentation/ABI/testing/sysfs-block-loop, proc(5).
#include "loop_devices.h"

#include <dirent.h>
#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <set>
#include <sstream>

namespace kdisk {

namespace {

std::string FirstLine(const std::string& path) {
  std::string line;
  std::ifstream file(path);
  std::getline(file, line);
  return line;
}

// "major:minor" of all that is mounted.
std::set<std::string> MountedDevices() {
  std::set<std::string> devices;
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream fields(line);
    std::string id, parent, device;
    if (fields >> id >> parent >> device) devices.insert(device);
  }
  return devices;
}

template <typename Visit>
void ForEachName(const std::string& directory, const std::string& prefix, Visit visit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(opendir(directory.c_str()), closedir);
  if (!open) return;
  while (const dirent* entry = readdir(open.get())) {
    const std::string name(entry->d_name);
    if (name.compare(0, prefix.size(), prefix) == 0) visit(name);
  }
}

}  // namespace

std::string MountedLoopDevice(dev_t device, ino_t inode) {
  std::string found;
  ForEachName("/sys/block", "loop", [&](const std::string& name) {
    const std::string directory = "/sys/block/" + name;
    struct stat backing;
    const std::string path = FirstLine(directory + "/loop/backing_file");
    if (path.empty() || stat(path.c_str(), &backing) != 0) return;
    if (backing.st_dev != device || backing.st_ino != inode) return;
    const std::set<std::string> mounted = MountedDevices();
    if (mounted.count(FirstLine(directory + "/dev"))) found = name;
    ForEachName(directory, name, [&](const std::string& partition) {
      if (mounted.count(FirstLine(directory + "/" + partition + "/dev"))) found = name;
    });
  });
  return found;
}

}  // namespace kdisk
