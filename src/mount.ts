// SPDX-License-Identifier: GPL-2.0-only
// Mounts a device of the kernel and opens its root, and takes both back. Mount points are in the kernel's own root, in
// which nothing else is done.
import type {Binding} from './binding.ts';
import {Caller, logWatch, OWN_ROOT} from './caller.ts';
import {KdiskError, systemError} from './errors.ts';
import {isWritable, mountArguments, type MountMode} from './mount-options.ts';
import type {Content} from './probe/index.ts';
import {decodeStatfs, STATFS_SIZE} from './statfs.ts';
import {
  AT_FDCWD,
  AT_REMOVEDIR,
  MS_NOATIME,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
  NR,
  O_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
} from './syscalls.ts';

export interface MountPoint {
  /** Its root is the volume's. */
  caller: Caller;
  /** "/mnt/3" in the kernel's own root. */
  path: string;
  writable: boolean;
  /** Why not, in words. */
  readOnlyBecause: string;
}

/** Device nodes of an image must not lead to the devices of this kernel. */
const FLAGS = MS_NODEV | MS_NOSUID | MS_NOEXEC;

let count = 0;

const EEXIST = 17;

/** A directory of its own: worker threads count for themselves, so that a number may be taken. */
async function makeMountPoint(addon: Binding): Promise<string> {
  const make = (path: string) => addon.syscall(OWN_ROOT, NR.mkdirat, AT_FDCWD, path, 0o755);
  if (count === 0) await make('/mnt');
  for (;;) {
    const path = `/mnt/${++count}`;
    const result = await make(path);
    if (result >= 0) return path;
    if (result !== -EEXIST) throw systemError(result, 'mkdir', path);
  }
}

/** @param device as addon.attach() names it, "/dev/vda1" */
export async function mount(addon: Binding, device: string, content: Content, mode: MountMode): Promise<MountPoint> {
  const how = mountArguments(content, mode);
  if (!how) throw new KdiskError('ERR_UNSUPPORTED', `no driver for ${content.type}`);
  const path = await makeMountPoint(addon);
  const log = logWatch(addon);
  const writable = mode === 'write';
  // What is read is no reason to write.
  const mountFlags = FLAGS | (writable ? MS_NOATIME : MS_RDONLY);
  const result = await addon.syscall(OWN_ROOT, NR.mount, device, path, how.driver, mountFlags, how.data || null);
  if (result < 0) {
    await addon.syscall(OWN_ROOT, NR.unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
    throw systemError(result, 'mount', device, {kernelLog: log()});
  }
  const flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  const root = await addon.syscall(OWN_ROOT, NR.openat, AT_FDCWD, path, flags, 0);
  if (root < 0) throw systemError(root, 'open', path, {kernelLog: log()});
  const caller = new Caller(addon, root);
  if (!writable) return {caller, path, writable, readOnlyBecause: reasonToRead(content)};
  // Some drivers take what they would rather not write to, and mount it for reading.
  const statfs = Buffer.alloc(STATFS_SIZE);
  await caller.call('statfs', '/', NR.statfs, '/', statfs);
  const {readOnly} = decodeStatfs(statfs);
  return {caller, path, writable: !readOnly, readOnlyBecause: readOnly ? refusal(content, log()) : ''};
}

function reasonToRead({type}: Content): string {
  if (!isWritable(type)) return `the kernel's driver for ${type} only reads`;
  return 'the image was not opened for writing: open(path, {write: true})';
}

function refusal({type}: Content, log: string): string {
  const said = log
    .split('\n')
    .findLast((line) => /read-?only/i.test(line))
    ?.replace(/^\[[^\]]*\] /, '');
  return `the kernel mounts this ${type} for reading only${said ? `; it says: ${said}` : ''}`;
}

/** Everything that was written so far is on the image when this resolves; errors of the time since the last one reject. */
export async function syncFileSystem(caller: Caller): Promise<void> {
  const fd = await caller.open(AT_FDCWD, '/', O_RDONLY | O_DIRECTORY);
  if (fd < 0) throw systemError(fd, 'syncfs');
  try {
    await caller.call('syncfs', undefined, NR.syncfs, fd);
  } finally {
    await caller.release(fd);
  }
}

/** Unmounts in any case that it can; the first failure is thrown. */
export async function unmount({caller, path, writable}: MountPoint): Promise<void> {
  // umount2() itself does not tell of data that could not be written.
  const synced: unknown = writable ? await syncFileSystem(caller).catch((error: unknown) => error) : undefined;
  // Descriptors would keep the file system busy.
  await caller.end();
  const {addon} = caller;
  const result = await addon.syscall(OWN_ROOT, NR.umount2, path, 0);
  if (result < 0) throw systemError(result, 'umount', path);
  await addon.syscall(OWN_ROOT, NR.unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
  if (synced !== undefined) throw synced;
}
