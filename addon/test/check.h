// SPDX-License-Identifier: GPL-2.0-only
// The few things a test of the core needs: a check that says where it failed, a list of tests, a scratch file.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace kdisk_test {

struct Test {
  const char* name;
  void (*run)();
};

inline std::vector<Test>& Tests() {
  static std::vector<Test> tests;
  return tests;
}

struct Register {
  Register(const char* name, void (*run)()) { Tests().push_back({name, run}); }
};

// A file that is gone when the test is over.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& directory = "/tmp") {
    path_ = directory + "/kdisk-test-XXXXXX";
    fd_ = mkstemp(path_.data());
  }
  ~ScratchFile() {
    close(fd_);
    unlink(path_.c_str());
  }
  const std::string& path() const { return path_; }
  int fd() const { return fd_; }
  void Write(const std::vector<uint8_t>& bytes) {
    const auto size = static_cast<ssize_t>(bytes.size());
    if (ftruncate(fd_, 0) != 0 || pwrite(fd_, bytes.data(), bytes.size(), 0) != size) abort();
  }
  std::vector<uint8_t> Read() const {
    std::vector<uint8_t> bytes(static_cast<size_t>(lseek(fd_, 0, SEEK_END)));
    if (pread(fd_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) abort();
    return bytes;
  }

 private:
  std::string path_;
  int fd_;
};

}  // namespace kdisk_test

// Ends the test, which has a process of its own.
#define CHECK(condition)                                                         \
  do {                                                                           \
    if (!(condition)) {                                                          \
      fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
      _exit(1);                                                                  \
    }                                                                            \
  } while (0)

#define CHECK_CONTAINS(text, part)                                                          \
  do {                                                                                      \
    const std::string checked = (text), wanted = (part);                                    \
    if (checked.find(wanted) == std::string::npos) {                                        \
      fprintf(stderr, "%s:%d: \"%s\" is not in \"%s\"\n", __FILE__, __LINE__, wanted.c_str(), \
              checked.c_str());                                                             \
      _exit(1);                                                                             \
    }                                                                                       \
  } while (0)

#define TEST(name)                                            \
  static void name();                                         \
  static kdisk_test::Register register_##name(#name, name);   \
  static void name()
