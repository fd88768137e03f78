// SPDX-License-Identifier: GPL-2.0-only
// Mounts a device of the kernel read-only and opens its root, and takes both back.
import type {Binding} from './binding.ts';
import {Caller, logWatch} from './caller.ts';
import {describeErrno} from './errno.ts';
import {KdiskError, systemError} from './errors.ts';
import {mountArguments} from './mount-options.ts';
import type {Content} from './probe/index.ts';
import {
  AT_FDCWD,
  AT_REMOVEDIR,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
  NR,
  O_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
} from './syscalls.ts';

export interface MountPoint {
  /** Its root is the volume's. */
  caller: Caller;
  /** "/mnt/3" in the kernel's own root. */
  path: string;
}

/** The kernel's own root: mount points live there, and nothing else is done in it. */
const OWN_ROOT = -1;

/** Device nodes of an image must not lead to the devices of this kernel. */
const FLAGS = MS_RDONLY | MS_NODEV | MS_NOSUID | MS_NOEXEC;

let count = 0;

async function makeDirectory(addon: Binding, path: string): Promise<void> {
  const result = await addon.syscall(OWN_ROOT, NR.mkdirat, AT_FDCWD, path, 0o755);
  if (result < 0 && describeErrno(result).code !== 'EEXIST') throw systemError(result, 'mkdir', path);
}

/** @param device as addon.attach() names it, "/dev/vda1" */
export async function mount(addon: Binding, device: string, content: Content, asIs: boolean): Promise<MountPoint> {
  const how = mountArguments(content, asIs);
  if (!how) throw new KdiskError('ERR_UNSUPPORTED', `no driver for ${content.type}`);
  if (count === 0) await makeDirectory(addon, '/mnt');
  const path = `/mnt/${++count}`;
  await makeDirectory(addon, path);
  const log = logWatch(addon);
  const result = await addon.syscall(OWN_ROOT, NR.mount, device, path, how.driver, FLAGS, how.data || null);
  if (result < 0) {
    await addon.syscall(OWN_ROOT, NR.unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
    throw systemError(result, 'mount', device, log());
  }
  const flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  const root = await addon.syscall(OWN_ROOT, NR.openat, AT_FDCWD, path, flags, 0);
  if (root < 0) throw systemError(root, 'open', path, log());
  return {caller: new Caller(addon, root), path};
}

export async function unmount({caller, path}: MountPoint): Promise<void> {
  // The descriptor would keep the file system busy.
  await caller.addon.syscall(OWN_ROOT, NR.close, caller.root);
  const result = await caller.addon.syscall(OWN_ROOT, NR.umount2, path, 0);
  if (result < 0) throw systemError(result, 'umount', path);
  await caller.addon.syscall(OWN_ROOT, NR.unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}
