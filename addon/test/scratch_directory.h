// SPDX-License-Identifier: GPL-2.0-only
// A directory that is gone, with all in it, when the test is over.
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace kdisk_test {

class ScratchDirectory {
 public:
  ScratchDirectory() {
    path_ = "/tmp/kdisk-test-XXXXXX";
    if (!mkdtemp(path_.data())) abort();
    chmod(path_.c_str(), 0777);
    fd_ = open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  }
  ~ScratchDirectory() {
    close(fd_);
    nftw(path_.c_str(), Remove, 16, FTW_DEPTH | FTW_PHYS);
  }
  const std::string& path() const { return path_; }
  std::string path(const std::string& name) const { return path_ + "/" + name; }
  int fd() const { return fd_; }

 private:
  static int Remove(const char* path, const struct stat*, int, struct FTW*) { return remove(path); }

  std::string path_;
  int fd_;
};

}  // namespace kdisk_test
