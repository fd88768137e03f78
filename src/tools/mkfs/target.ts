// SPDX-License-Identifier: GPL-2.0-only
// The file, block device or partition that gets the file system: what is in it already, its size, and the way back when
// nothing comes of it.
import {closeSync, openSync, rmSync, statSync, truncateSync} from 'node:fs';
import {binding, type Deterministic, type DiskWindow} from '../../binding.ts';
import {KdiskError} from '../../errors.ts';
import {sentenceSize} from '../../format/size.ts';
import {open} from '../../image.ts';
import {formatAddress} from '../../image-path.ts';
import {Head, probeContent, type Source} from '../../probe/index.ts';
import {probeTable} from '../../probe/tables/index.ts';
import {MBR_EXTENDED} from '../../probe/tables/mbr-types.ts';
import {diskSource} from '../fsck/place.ts';
import {wrong} from './types.ts';

const MIB = 1024 * 1024;

/** How the kernel of this process is started, should it be needed. */
export interface Kernel {
  memory?: number;
  deterministic?: Deterministic;
}

export interface Target {
  path: string;
  /** Whether the file is there yet, and if so what it is. */
  kind: 'new' | 'file' | 'device';
  /** Bytes from the start of the file ... */
  start: number;
  /** ... and in all; 0 for what is still to get a size. */
  size: number;
  partition?: number;
  /** Of a file that was made here. */
  identity?: string;
  /** Something was written, so that what was there is gone. */
  touched: boolean;
}

/** The words for it in messages. */
export function addressOf({path, partition}: Pick<Target, 'path' | 'partition'>): string {
  return partition === undefined ? path : formatAddress(path, [{kind: 'partition', number: partition}]);
}

/** Which partitions there are is the kernel's to say. */
async function findPartition(path: string, number: number, kernel: Kernel): Promise<DiskWindow> {
  await using image = await open(path, {...kernel, asIs: true});
  const found = image.partitions.find((partition) => partition.number === number);
  if (!found) {
    const there = image.partitions.map((partition) => `@p${partition.number}`).join(', ');
    const message = `${path} has no @p${number}; ${there ? `it has ${there}` : 'it has no partitions'}`;
    throw new KdiskError('ERR_NO_SUCH_VOLUME', message, {path});
  }
  if (MBR_EXTENDED.has(Number(found.type))) throw wrong(`${path}@p${number} is an extended partition, which holds others`);
  return {start: found.start, size: found.size};
}

/** What is there, in words; undefined for nothing. */
async function contentOf(source: Source, isWhole: boolean): Promise<string | undefined> {
  const head = await Head.of(source);
  const [content, table] = [await probeContent(head), isWhole ? await probeTable(head) : undefined];
  if (content) {
    const label = content.label === undefined ? '' : ` labelled "${content.label}"`;
    return `${content.type}${label}`;
  }
  if (table) {
    const {length} = table.entries;
    return `a ${table.kind} partition table with ${length} ${length === 1 ? 'partition' : 'partitions'}`;
  }
  for (const at of [0, Math.max(0, source.size - MIB)]) {
    const bytes = await source.read(at, Math.min(MIB, source.size));
    if (bytes.some((byte) => byte !== 0)) return 'data of an unknown kind';
  }
  return undefined;
}

export interface Found {
  target: Target;
  /** What is in it, in words. */
  content: string | undefined;
}

/**
 * Looks at the target; nothing is changed.
 * @throws KdiskError for what cannot be one: EISDIR, EACCES, EBUSY (in use), ERR_NO_SUCH_VOLUME, ...
 */
export async function examine(path: string, partition: number | undefined, kernel: Kernel): Promise<Found> {
  const stats = statSync(path, {throwIfNoEntry: false});
  const part = partition === undefined ? {} : {partition};
  if (!stats) {
    if (partition !== undefined)
      throw new KdiskError('ENOENT', `ENOENT: no such file or directory, open '${path}'`, {syscall: 'open', path, errno: -2});
    return {target: {path, kind: 'new', start: 0, size: 0, touched: false}, content: undefined};
  }
  if (!stats.isFile() && !stats.isBlockDevice())
    throw wrong(`${path} is neither a file nor a block device, and no file system can be made in it`);
  const kind = stats.isFile() ? 'file' : 'device';
  if (kind === 'file' && stats.size === 0 && partition === undefined)
    return {target: {path, kind, start: 0, size: 0, touched: false}, content: undefined};
  const window = partition === undefined ? undefined : await findPartition(path, partition, kernel);
  const addon = binding();
  const {handle, size} = await addon.openDisk(path, 'read-write', window);
  try {
    const content = await contentOf(diskSource(handle, size), partition === undefined);
    return {target: {path, kind, start: Number(window?.start ?? 0n), size: Number(size), touched: false, ...part}, content};
  } finally {
    await addon.closeDisk(handle);
  }
}

function identityOf(path: string): string {
  const stats = statSync(path, {bigint: true, throwIfNoEntry: false});
  return stats ? `${stats.dev}:${stats.ino}` : '';
}

/**
 * Gives the target its size, and makes a file that is not there.
 * @param size bytes
 */
export function resize(target: Target, size: number): void {
  if (target.kind === 'new' && target.identity === undefined) {
    // The umask is the user's.
    closeSync(openSync(target.path, 'wx', 0o666));
    target.identity = identityOf(target.path);
  }
  if (target.kind !== 'device' && target.partition === undefined && size !== target.size) {
    try {
      truncateSync(target.path, size);
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException;
      if (code !== 'EFBIG' && code !== 'EINVAL') throw error;
      throw new KdiskError('ERR_TOO_LARGE', `${target.path}: the file system it lies on has no files of ${sentenceSize(BigInt(size))}`);
    }
  }
  target.size = size;
}

/** Makes room on a larger disk: what was there must not shine through. Devices are left to the tool. */
export function wipe({kind, size}: Target, handle: number): void {
  const addon = binding();
  if (kind === 'file') addon.diskDiscard(handle, 0n, BigInt(size));
  if (kind !== 'device') return;
  const zeroes = Buffer.alloc(Math.min(MIB, size));
  addon.diskWrite(handle, 0n, zeroes);
  addon.diskWrite(handle, BigInt(size - zeroes.length), zeroes);
}

/** Takes a file away again that was made here. @returns whether that was done */
export function abandon({path, kind, identity}: Target): boolean {
  if (kind !== 'new' || identity === undefined || identityOf(path) !== identity) return false;
  rmSync(path, {force: true});
  return true;
}
