// SPDX-License-Identifier: GPL-2.0-only
// The addon without the library around it, for its own tests and for the processes that they start (which run in
// plain Node, hence no TypeScript).
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';

const inRepository = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const addonPath = process.env.KDISK_ADDON || inRepository('addon/build/Release/kdisk.node');
export const kernelPath = process.env.KDISK_KERNEL || inRepository('lkl/build/kdisk-kernel.elf');
/** Made by addon/test/fake_kernel.c; knows the requests of FAKE. */
export const fakeKernelPath = inRepository('addon/build/kdisk-fake-kernel.elf');

export const addon = createRequire(import.meta.url)(addonPath);

/** System calls that the tests make, as in include/uapi/asm-generic/unistd.h. */
export const NR = {
  mknodat: 33,
  mkdirat: 34,
  unlinkat: 35,
  umount2: 39,
  mount: 40,
  fallocate: 47,
  openat: 56,
  close: 57,
  pipe2: 59,
  read: 63,
  write: 64,
  pread64: 67,
  pwrite64: 68,
  sync: 81,
  getpid: 172,
};

/** Requests of the fake kernel. */
export const FAKE = {add: 1, spin: 2};

export const AT_FDCWD = -100;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_LARGEFILE = 0o100000;
export const O_DIRECTORY = 0o200000;
const MS_RDONLY = 1;

export const boot = () => addon.boot({kernel: kernelPath, memory: 64 << 20});
export const bootFake = () => addon.boot({kernel: fakeKernelPath, memory: 8 << 20});

/** A system call that must work. */
export async function call(nr, ...args) {
  return checked(nr, await addon.syscall(-1, nr, ...args));
}

/** The same with a directory for "/" and ".". */
export async function callBelow(root, nr, ...args) {
  return checked(nr, await addon.syscall(root, nr, ...args));
}

function checked(nr, result) {
  if (result >= 0) return result;
  const [name] = Object.entries(NR).find(([, number]) => number === nr) ?? [nr];
  throw Object.assign(new Error(`${name}: errno ${-result}`), {errno: -result});
}

/** @returns descriptor of the root directory, and how to get rid of it */
export async function mount(device, type = 'ext4', {readOnly = false} = {}) {
  const path = `/mnt-${device.replace('/dev/', '')}`;
  await addon.syscall(-1, NR.mkdirat, AT_FDCWD, path, 0o755);
  await call(NR.mount, device, path, type, readOnly ? MS_RDONLY : 0, null);
  const root = await call(NR.openat, AT_FDCWD, path, O_DIRECTORY, 0);
  const unmount = async () => {
    await call(NR.close, root);
    await call(NR.umount2, path, 0);
  };
  return {root, unmount};
}

/** Both ends of a pipe inside the kernel: [read, write]. */
export async function pipe() {
  const ends = new Int32Array(2);
  await call(NR.pipe2, new Uint8Array(ends.buffer), 0);
  return [...ends];
}

/**
 * A copy between two sides, each the descriptor of a volume's root or null for the host.
 * @param pairs [path on the side that is read, path on the side that is written]
 */
export function copy(from, to, pairs, options = {}, progress = undefined) {
  const sources = pairs.map(([source, target]) => ({from: Buffer.from(source), to: Buffer.from(target)}));
  return addon.copy(from, to, sources, options, progress);
}

export const copyOut = (root, ...rest) => copy(root, null, ...rest);
export const copyIn = (root, ...rest) => copy(null, root, ...rest);
