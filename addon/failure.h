// SPDX-License-Identifier: GPL-2.0-only
// What went wrong, in the terms JavaScript will see: an errno, the call that failed and the path it was about.
#pragma once

#include <string>
#include <utility>

namespace kdisk {

struct Failure {
  // Positive errno, 0: no failure.
  int error = 0;
  std::string syscall;
  std::string path;
  // Set where the errno alone does not say enough; replaces the errno's text.
  std::string message;
  // Set where no errno fits ("EKERNELDEAD"); replaces the errno's name.
  std::string code;

  bool ok() const { return error == 0 && code.empty(); }

  static Failure Errno(int error, std::string syscall, std::string path = {}, std::string message = {}) {
    Failure failure;
    failure.error = error;
    failure.syscall = std::move(syscall);
    failure.path = std::move(path);
    failure.message = std::move(message);
    return failure;
  }
  static Failure Code(std::string code, std::string message) {
    Failure failure;
    failure.code = std::move(code);
    failure.message = std::move(message);
    return failure;
  }
};

}  // namespace kdisk
