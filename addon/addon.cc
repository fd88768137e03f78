// SPDX-License-Identifier: GPL-2.0-only
// Module of Node: what index.d.ts promises, and where it is.
#include <napi.h>

#include "js_exports.h"
#include "js_mailbox.h"

namespace {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  kdisk::Mailbox::Install(env);
  // js_kernel.cc
  exports.Set("boot", Napi::Function::New(env, kdisk::Boot, "boot"));
  exports.Set("kernelLog", Napi::Function::New(env, kdisk::KernelLog, "kernelLog"));
  exports.Set("syscall", Napi::Function::New(env, kdisk::Syscall, "syscall"));
  exports.Set("crash", Napi::Function::New(env, kdisk::Crash, "crash"));
  // js_disks.cc
  exports.Set("attach", Napi::Function::New(env, kdisk::Attach, "attach"));
  exports.Set("attachDisk", Napi::Function::New(env, kdisk::AttachDisk, "attachDisk"));
  exports.Set("detach", Napi::Function::New(env, kdisk::Detach, "detach"));
  exports.Set("readDisk", Napi::Function::New(env, kdisk::ReadDisk, "readDisk"));
  // js_open_disks.cc
  exports.Set("openDisk", Napi::Function::New(env, kdisk::OpenDiskAt, "openDisk"));
  exports.Set("diskChanges", Napi::Function::New(env, kdisk::DiskChanges, "diskChanges"));
  exports.Set("commitDisk", Napi::Function::New(env, kdisk::CommitDisk, "commitDisk"));
  exports.Set("closeDisk", Napi::Function::New(env, kdisk::CloseDisk, "closeDisk"));
  // js_disk_io.cc
  kdisk::InstallDiskIo(exports);
  // js_trees.cc
  exports.Set("readOnce", Napi::Function::New(env, kdisk::ReadOnce, "readOnce"));
  exports.Set("list", Napi::Function::New(env, kdisk::List, "list"));
  // js_copy.cc
  exports.Set("copy", Napi::Function::New(env, kdisk::Copy, "copy"));
  // js_records.cc
  kdisk::InstallTrees(env);
  exports.Set("openTree", Napi::Function::New(env, kdisk::OpenTree, "openTree"));
  exports.Set("readTree", Napi::Function::New(env, kdisk::ReadTree, "readTree"));
  exports.Set("closeTree", Napi::Function::New(env, kdisk::CloseTree, "closeTree"));
  exports.Set("createTree", Napi::Function::New(env, kdisk::CreateTree, "createTree"));
  exports.Set("writeTree", Napi::Function::New(env, kdisk::WriteTree, "writeTree"));
  exports.Set("finishTree", Napi::Function::New(env, kdisk::FinishTree, "finishTree"));
  return exports;
}

}  // namespace

NODE_API_MODULE(kdisk, Init)
