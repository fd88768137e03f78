// SPDX-License-Identifier: GPL-2.0-only
// The functions of index.d.ts.
#pragma once

#include <napi.h>

namespace kdisk {

Napi::Value Boot(const Napi::CallbackInfo& info);
Napi::Value KernelLog(const Napi::CallbackInfo& info);
Napi::Value Syscall(const Napi::CallbackInfo& info);
Napi::Value Crash(const Napi::CallbackInfo& info);

Napi::Value Attach(const Napi::CallbackInfo& info);
Napi::Value Detach(const Napi::CallbackInfo& info);
Napi::Value ReadDisk(const Napi::CallbackInfo& info);

Napi::Value ReadOnce(const Napi::CallbackInfo& info);
Napi::Value List(const Napi::CallbackInfo& info);
Napi::Value CopyOut(const Napi::CallbackInfo& info);

}  // namespace kdisk
