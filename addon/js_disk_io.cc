// SPDX-License-Identifier: GPL-2.0-only
// diskRead, diskWrite, diskDiscard and diskFlush: at once, on the thread that calls.
//
// A tool makes a million of these calls for a few bytes each. So they are made with Node's C interface alone: no
// promise, no look-up of a property, no exception but for arguments of the wrong type.
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <new>

#include "js_exports.h"
#include "open_disks.h"

namespace kdisk {

namespace {

// The most that one read or write of Linux moves.
constexpr uint64_t kMostBytes = 0x7ffff000;
constexpr double kMaxSafeOffset = 9007199254740991.0;

napi_value Misuse(napi_env env, const char* message) {
  napi_throw_type_error(env, nullptr, message);
  return nullptr;
}

napi_value Result(napi_env env, int64_t value) {
  napi_value result = nullptr;
  napi_create_int32(env, static_cast<int32_t>(value), &result);
  return result;
}

// A number or a bigint, in bytes; false for anything that is no length or place.
bool TakeBytes(napi_env env, napi_value value, uint64_t* bytes) {
  double number;
  if (napi_get_value_double(env, value, &number) == napi_ok) {
    if (!(number >= 0 && number <= kMaxSafeOffset) || number != std::trunc(number)) return false;
    *bytes = static_cast<uint64_t>(number);
    return true;
  }
  bool lossless = false;
  return napi_get_value_bigint_uint64(env, value, bytes, &lossless) == napi_ok && lossless;
}

// The arguments of the four calls: handle, offset, bytes with a range of them, or a length.
struct Arguments {
  static constexpr size_t kMost = 5;
  size_t count = kMost;
  napi_value values[kMost];
  std::shared_ptr<OpenDisk> disk;
  uint64_t offset = 0;

  // False with a TypeError pending. A handle without a disk is no misuse: `disk` is null then.
  bool Take(napi_env env, napi_callback_info info) {
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
    uint32_t handle;
    if (napi_get_value_uint32(env, values[0], &handle) != napi_ok) {
      Misuse(env, "handle must be a number");
      return false;
    }
    disk = OpenDisks::Instance().Find(handle);
    return true;
  }

  bool TakeOffset(napi_env env) {
    if (TakeBytes(env, values[1], &offset)) return true;
    Misuse(env, "offset must be a number of bytes, not negative");
    return false;
  }

  // Buffer, and the optional start and length in it.
  bool TakeMemory(napi_env env, uint8_t** data, uint64_t* size) {
    napi_typedarray_type type;
    size_t whole = 0;
    void* memory = nullptr;
    if (napi_get_typedarray_info(env, values[2], &type, &whole, &memory, nullptr, nullptr) != napi_ok ||
        type != napi_uint8_array) {
      Misuse(env, "bytes must be a Uint8Array");
      return false;
    }
    uint64_t start = 0;
    *size = whole;
    if (count > 3) {
      *size = 0;
      if (!TakeBytes(env, values[3], &start) || !TakeBytes(env, values[4], size) || start > whole ||
          *size > whole - start) {
        Misuse(env, "start and length must lie inside the Uint8Array");
        return false;
      }
    }
    *data = static_cast<uint8_t*>(memory) + start;
    *size = std::min(*size, kMostBytes);
    return true;
  }
};

int64_t Transfer(OpenDisk* disk, bool write, uint64_t offset, uint8_t* data, uint64_t size) {
  if (write && disk->read_only()) return -EROFS;
  if (size == 0) return 0;
  if (offset >= disk->size()) return write ? -EFBIG : 0;
  SegmentList list;
  list.Add(data, static_cast<size_t>(std::min(size, disk->size() - offset)));
  const int result = write ? disk->RememberWrite(disk->Write(list, offset)) : disk->Read(list, offset);
  return result < 0 ? result : static_cast<int64_t>(list.bytes());
}

int64_t Discard(OpenDisk* disk, uint64_t offset, uint64_t length) {
  if (disk->read_only()) return -EROFS;
  if (length == 0 || offset >= disk->size()) return 0;
  const int result = disk->Punch(offset, std::min(length, disk->size() - offset));
  // A host that cannot do it has lost nothing: the tool writes zeroes then.
  return result == -EOPNOTSUPP ? result : disk->RememberWrite(result);
}

napi_value Move(napi_env env, napi_callback_info info, bool write) {
  Arguments arguments;
  uint8_t* data;
  uint64_t size;
  if (!arguments.Take(env, info)) return nullptr;
  if (!arguments.disk) return Result(env, -EBADF);
  if (!arguments.TakeOffset(env) || !arguments.TakeMemory(env, &data, &size)) return nullptr;
  try {
    return Result(env, Transfer(arguments.disk.get(), write, arguments.offset, data, size));
  } catch (const std::bad_alloc&) {
    return Result(env, -ENOMEM);
  }
}

napi_value DiskRead(napi_env env, napi_callback_info info) { return Move(env, info, false); }

napi_value DiskWrite(napi_env env, napi_callback_info info) { return Move(env, info, true); }

napi_value DiskDiscard(napi_env env, napi_callback_info info) {
  Arguments arguments;
  uint64_t length;
  if (!arguments.Take(env, info)) return nullptr;
  if (!arguments.disk) return Result(env, -EBADF);
  if (!arguments.TakeOffset(env)) return nullptr;
  if (!TakeBytes(env, arguments.values[2], &length)) return Misuse(env, "length must be a number of bytes");
  try {
    return Result(env, Discard(arguments.disk.get(), arguments.offset, length));
  } catch (const std::bad_alloc&) {
    return Result(env, -ENOMEM);
  }
}

napi_value DiskFlush(napi_env env, napi_callback_info info) {
  Arguments arguments;
  if (!arguments.Take(env, info)) return nullptr;
  if (!arguments.disk) return Result(env, -EBADF);
  return Result(env, arguments.disk->RememberWrite(arguments.disk->Flush()));
}

void Export(Napi::Object exports, const char* name, napi_callback function) {
  napi_value value = nullptr;
  if (napi_create_function(exports.Env(), name, NAPI_AUTO_LENGTH, function, nullptr, &value) != napi_ok) return;
  exports.Set(name, value);
}

}  // namespace

void InstallDiskIo(Napi::Object exports) {
  Export(exports, "diskRead", DiskRead);
  Export(exports, "diskWrite", DiskWrite);
  Export(exports, "diskDiscard", DiskDiscard);
  Export(exports, "diskFlush", DiskFlush);
}

}  // namespace kdisk
