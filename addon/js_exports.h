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
Napi::Value AttachDisk(const Napi::CallbackInfo& info);
Napi::Value Detach(const Napi::CallbackInfo& info);
Napi::Value ReadDisk(const Napi::CallbackInfo& info);

Napi::Value OpenDiskAt(const Napi::CallbackInfo& info);
Napi::Value DiskChanges(const Napi::CallbackInfo& info);
Napi::Value CommitDisk(const Napi::CallbackInfo& info);
Napi::Value CloseDisk(const Napi::CallbackInfo& info);
// diskRead, diskWrite, diskDiscard, diskFlush.
void InstallDiskIo(Napi::Object exports);

Napi::Value ReadOnce(const Napi::CallbackInfo& info);
Napi::Value List(const Napi::CallbackInfo& info);

Napi::Value Copy(const Napi::CallbackInfo& info);

// Once for each environment, at load.
void InstallTrees(Napi::Env env);
Napi::Value OpenTree(const Napi::CallbackInfo& info);
Napi::Value ReadTree(const Napi::CallbackInfo& info);
Napi::Value CloseTree(const Napi::CallbackInfo& info);
Napi::Value CreateTree(const Napi::CallbackInfo& info);
Napi::Value WriteTree(const Napi::CallbackInfo& info);
Napi::Value FinishTree(const Napi::CallbackInfo& info);

}  // namespace kdisk
