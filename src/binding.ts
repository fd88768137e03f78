// SPDX-License-Identifier: GPL-2.0-only
// The only file that loads the addon and knows where the kernel lies. Both are looked for in the package itself;
// KDISK_ADDON and KDISK_KERNEL name others. (A tool's thread takes the calls of disks from there itself: tools/worker.ts.)
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type * as Addon from '../addon/index.d.ts';
import {KdiskError} from './errors.ts';
import {packageRoot, requireLate} from './package-root.ts';

/** What the addon exports; "default" is what TypeScript adds for CommonJS. */
export type Binding = Omit<typeof Addon, 'default'>;
export type {
  AttachMode,
  CommitOptions,
  CommitResult,
  CopyLoss,
  CopyOptions,
  CopyProblem,
  CopyProgress,
  CopyResult,
  CopySource,
  Disk,
  DiskMode,
  DiskRange,
  DiskWindow,
  OpenedDisk,
  ReadTreeOptions,
  Side,
  SyscallArgument,
} from '../addon/index.d.ts';

export const DEFAULT_MEMORY = 64 * 1024 * 1024;

/** The unit in which the kernel's RAM is given. */
const MEMORY_STEP = 4 * 1024 * 1024;

function locate(variable: string, ...standard: string[]): string {
  const override = process.env[variable];
  const path = override || join(packageRoot, ...standard);
  if (existsSync(path)) return path;
  const message = override
    ? `${variable} names ${path}, which does not exist`
    : `${path} is not built; run "npm run setup" in ${packageRoot}`;
  throw new KdiskError('ERR_NOT_INSTALLED', message, {path});
}

/** Rejections of the addon as errors of this library; of a dead kernel with its last words. */
function adopt(raw: Binding, error: unknown): never {
  const {code, message, errno, syscall, path} = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') throw error;
  throw new KdiskError(code, message, {
    ...(errno === undefined ? {} : {errno}),
    ...(syscall === undefined ? {} : {syscall}),
    ...(path === undefined ? {} : {path}),
    ...(code === 'EKERNELDEAD' ? {kernelLog: raw.kernelLog()} : {}),
    cause: error,
  });
}

function adopting(raw: Binding): Binding {
  const fail = (error: unknown) => adopt(raw, error);
  return {
    boot: (...args) => raw.boot(...args).catch(fail),
    kernelLog: () => raw.kernelLog(),
    attach: (...args) => raw.attach(...args).catch(fail),
    detach: (...args) => raw.detach(...args).catch(fail),
    readDisk: (...args) => raw.readDisk(...args).catch(fail),
    openDisk: (...args) => raw.openDisk(...args).catch(fail),
    diskRead: raw.diskRead,
    diskWrite: raw.diskWrite,
    diskDiscard: raw.diskDiscard,
    diskFlush: raw.diskFlush,
    diskChanges(handle) {
      try {
        return raw.diskChanges(handle);
      } catch (error) {
        return fail(error);
      }
    },
    commitDisk: (...args) => raw.commitDisk(...args).catch(fail),
    attachDisk: (...args) => raw.attachDisk(...args).catch(fail),
    closeDisk: (...args) => raw.closeDisk(...args).catch(fail),
    syscall: (...args) => raw.syscall(...args).catch(fail),
    readOnce: (...args) => raw.readOnce(...args).catch(fail),
    list: (...args) => raw.list(...args).catch(fail),
    copy: (...args) => raw.copy(...args).catch(fail),
    openTree: (...args) => raw.openTree(...args).catch(fail),
    readTree: (...args) => raw.readTree(...args).catch(fail),
    closeTree: (...args) => raw.closeTree(...args).catch(fail),
    createTree: (...args) => raw.createTree(...args).catch(fail),
    writeTree: (...args) => raw.writeTree(...args).catch(fail),
    finishTree: (...args) => raw.finishTree(...args).catch(fail),
    crash: (...args) => raw.crash(...args).catch(fail),
  };
}

/** Host path of the addon, for a thread that loads it for itself. */
export function addonPath(): string {
  return locate('KDISK_ADDON', 'addon', 'build', 'Release', 'kdisk.node');
}

let loaded: Binding | undefined;

/** The addon, loaded once. */
export function binding(): Binding {
  if (loaded) return loaded;
  const path = addonPath();
  try {
    loaded = adopting(requireLate(path) as Binding);
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    const where = `Node ${process.version} on ${process.platform}-${process.arch}`;
    throw new KdiskError('ERR_NOT_INSTALLED', `${path} does not load in ${where}: ${reason}; run "npm run setup"`, {
      path,
      cause: error,
    });
  }
  return loaded;
}

/** How a kernel is to do the same thing twice. */
export interface Deterministic {
  /** Seconds since 1970, whole, from 0 to 8,000,000,000: the time of day for as long as the kernel runs. */
  timestamp: number;
  /** 32 bytes, from which all random numbers follow; by default made from the timestamp. */
  seed?: Uint8Array;
}

const SEED_BYTES = 32;

function seedOf(timestamp: number): Uint8Array {
  const seed = Buffer.alloc(SEED_BYTES);
  seed.writeDoubleLE(timestamp);
  return seed;
}

/** By mode, empty for the ordinary one. There is one kernel, so all but one of them are refused. */
const booted = new Map<string, Promise<Binding>>();

/**
 * Starts the kernel of this process at the first call; later ones wait for the same kernel, however much memory they want.
 * @throws KdiskError ERR_KERNEL_MODE when it runs already, and not in this mode
 */
export function boot(memory: number = DEFAULT_MEMORY, deterministic?: Deterministic): Promise<Binding> {
  const how = deterministic && {seed: seedOf(deterministic.timestamp), ...deterministic};
  const mode = how ? `${how.timestamp} ${Buffer.from(how.seed).toString('hex')}` : '';
  let started = booted.get(mode);
  if (!started) booted.set(mode, (started = start(memory, how)));
  return started;
}

async function start(memory: number, deterministic: Required<Deterministic> | undefined): Promise<Binding> {
  const addon = binding();
  const kernel = locate('KDISK_KERNEL', 'lkl', 'build', 'kdisk-kernel.elf');
  const size = Math.ceil(memory / MEMORY_STEP) * MEMORY_STEP;
  await addon.boot({kernel, memory: size, ...(deterministic ? {deterministic} : {})}).catch((error: KdiskError) => {
    const {code, kernelLog} = error;
    // Misuse, too: what was wrong is in the argument.
    if (code === 'ERR_KERNEL_MODE' || error instanceof TypeError) throw error;
    const message = `the kernel does not start with ${size / 1024 ** 2} MiB of memory: ${error.message.split('\n')[0]}`;
    throw new KdiskError('ERR_KERNEL_BOOT', message, {...(kernelLog ? {kernelLog} : {}), cause: error});
  });
  return addon;
}

/** What the kernel of this process has logged; empty before boot. */
export function kernelLog(): string {
  return booted.size > 0 && loaded ? loaded.kernelLog() : '';
}
