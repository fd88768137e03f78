// SPDX-License-Identifier: GPL-2.0-only
// Failure to Error: see js_errors.h.
#include "js_errors.h"

#include <cerrno>
#include <cstring>

namespace kdisk {

namespace {

struct Name {
  int error;
  const char* code;
  // As libuv words it, so that messages read like Node's.
  const char* text;
};

constexpr Name kNames[] = {
    {E2BIG, "E2BIG", "argument list too long"},
    {EACCES, "EACCES", "permission denied"},
    {EAGAIN, "EAGAIN", "resource temporarily unavailable"},
    {EBADF, "EBADF", "bad file descriptor"},
    {EBUSY, "EBUSY", "resource busy or locked"},
    {ECANCELED, "ECANCELED", "operation canceled"},
    {EEXIST, "EEXIST", "file already exists"},
    {EFAULT, "EFAULT", "bad address in system call argument"},
    {EFBIG, "EFBIG", "file too large"},
    {EINTR, "EINTR", "interrupted system call"},
    {EINVAL, "EINVAL", "invalid argument"},
    {EIO, "EIO", "i/o error"},
    {EISDIR, "EISDIR", "illegal operation on a directory"},
    {ELOOP, "ELOOP", "too many symbolic links encountered"},
    {EMFILE, "EMFILE", "too many open files"},
    {ENAMETOOLONG, "ENAMETOOLONG", "name too long"},
    {ENFILE, "ENFILE", "file table overflow"},
    {ENODEV, "ENODEV", "no such device"},
    {ENOENT, "ENOENT", "no such file or directory"},
    {ENOEXEC, "ENOEXEC", "exec format error"},
    {ENOMEM, "ENOMEM", "not enough memory"},
    {ENOSPC, "ENOSPC", "no space left on device"},
    {ENOSYS, "ENOSYS", "function not implemented"},
    {ENOTDIR, "ENOTDIR", "not a directory"},
    {ENOTSUP, "ENOTSUP", "operation not supported on socket"},
    {ENXIO, "ENXIO", "no such device or address"},
    {EOVERFLOW, "EOVERFLOW", "value too large for defined data type"},
    {EPERM, "EPERM", "operation not permitted"},
    {EROFS, "EROFS", "read-only file system"},
    {ESTALE, "ESTALE", "stale file handle"},
    {ETIMEDOUT, "ETIMEDOUT", "connection timed out"},
    {ETXTBSY, "ETXTBSY", "text file is busy"},
};

}  // namespace

Napi::Value MakeError(Napi::Env env, const Failure& failure) {
  std::string code = failure.code.empty() ? "E" + std::to_string(failure.error) : failure.code;
  std::string text = failure.error ? strerror(failure.error) : "";
  for (const Name& name : kNames) {
    if (failure.error != name.error) continue;
    code = name.code;
    text = name.text;
  }
  if (!failure.message.empty()) text = failure.message;

  std::string message = failure.error ? code + ": " + text : text;
  if (!failure.syscall.empty()) message += ", " + failure.syscall;
  if (!failure.path.empty()) message += " '" + failure.path + "'";
  Napi::Object error = Napi::Error::New(env, message).Value();
  if (failure.error) error.Set("errno", Napi::Number::New(env, -failure.error));
  error.Set("code", code);
  if (!failure.syscall.empty()) error.Set("syscall", failure.syscall);
  if (!failure.path.empty()) error.Set("path", failure.path);
  return error;
}

void ThrowMisuse(Napi::Env env, const std::string& message) {
  Napi::TypeError::New(env, message).ThrowAsJavaScriptException();
}

}  // namespace kdisk
