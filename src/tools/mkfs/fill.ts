// SPDX-License-Identifier: GPL-2.0-only
// Fills a new file system through the kernel, by the engine's bulk copy: from a tree of the host or from a tar archive.
import {boot} from '../../binding.ts';
import {copy, type CopyOptions, type CopyProgress, type CopyResult} from '../../copy.ts';
import {KdiskError, throwIfAborted} from '../../errors.ts';
import {mount} from '../../mount.ts';
import {probeContent} from '../../probe/index.ts';
import {probeState} from '../../probe/state.ts';
import {ArchiveError, readArchive} from '../../tar/extract.ts';
import {TarUnpacker} from '../../tar/unpack.ts';
import {TreeWriter} from '../../tree.ts';
import {Volume} from '../../volume.ts';
import {diskSource} from '../fsck/place.ts';
import type {Kernel} from './target.ts';

/** What goes into it. */
export type Source = {kind: 'directory'; path: string} | {kind: 'archive'; archive: AsyncIterable<Buffer>};

/** An entry of an archive that could not be taken as it is. */
export interface ArchiveProblem {
  /** As it stands in the archive. */
  name: Buffer;
  message: string;
}

export interface Filled {
  copied: CopyResult;
  archiveProblems: ArchiveProblem[];
  /** Bytes that are free for users. */
  free: number;
}

export interface Filling {
  handle: number;
  size: bigint;
  kernel: Kernel;
  /** Names that Windows cannot have are escaped; owners, modes and attributes are left out. */
  plain: boolean;
  escape: boolean;
  signal?: AbortSignal | undefined;
  progress?: ((state: Pick<CopyProgress, 'files' | 'bytes'>) => void) | undefined;
}

// linux/errno.h
const FULL = [28, 122];

/** Nothing more could be written. */
export function isFull({problems}: CopyResult): boolean {
  return problems.some(({side, errno}) => side === 'target' && FULL.includes(errno));
}

/**
 * Mounts what a disk holds, copies all of the source into its root, with the root's own attributes, and unmounts.
 * @throws KdiskError ERR_NOT_CLEAN when the file system does not say that it was closed well; what open() and copy() throw
 */
export async function fill(source: Source, filling: Filling): Promise<Filled> {
  const {handle, size, kernel} = filling;
  const addon = await boot(kernel.memory, kernel.deterministic);
  const content = await probeContent(diskSource(handle, size));
  if (!content) throw new KdiskError('ERR_NO_FILE_SYSTEM', 'the tool said that all is well, but left no file system');
  const disk = await addon.attachDisk(handle);
  let filled: Filled;
  try {
    const mounted = await mount(addon, disk.device, content, 'write');
    const volume = new Volume(mounted, content);
    try {
      filled = await into(volume, source, filling);
    } finally {
      await volume.close();
    }
  } finally {
    await addon.detach(disk.id);
  }
  const {clean, detail} = await probeState(content.type, diskSource(handle, size));
  if (clean === false) throw new KdiskError('ERR_NOT_CLEAN', `the ${content.type} is not clean after its unmount: ${detail}`);
  return filled;
}

async function into(volume: Volume, source: Source, filling: Filling): Promise<Filled> {
  const {plain, escape, signal} = filling;
  const keep: CopyOptions = plain ? {} : {owner: true, xattrs: true, flags: true};
  const options: CopyOptions = {recursive: true, names: escape ? 'escape' : 'plain', ...keep};
  const archiveProblems: ArchiveProblem[] = [];
  let copied: CopyResult;
  if (source.kind === 'directory') {
    const pairs = [{from: source.path, to: '/.'}];
    copied = await copy(null, volume, pairs, {...options, ...(signal ? {signal} : {})}, filling.progress);
    if (copied.stopped) throwIfAborted(signal);
  } else copied = await unpack(volume, source.archive, options, filling, archiveProblems);
  await volume.sync().catch((error: unknown) => {
    if ((error as KdiskError).code !== 'ENOSPC') throw error;
    copied.problems.push({path: Buffer.from('/'), errno: 28, side: 'target', step: 'write'});
  });
  const {bavail, bsize} = await volume.statfs();
  return {copied, archiveProblems, free: Number(BigInt(bavail) * BigInt(bsize))};
}

/** Of an archive that cannot be read to its end: what is wrong with it. */
export function archiveError(error: unknown): unknown {
  return error instanceof ArchiveError ? new KdiskError('ERR_ARCHIVE', error.message, {cause: error}) : error;
}

/** The writer has given up, for reasons that its result tells. */
class NothingMore extends Error {}

async function unpack(
  volume: Volume,
  archive: AsyncIterable<Buffer>,
  options: CopyOptions,
  {signal, progress, kernel}: Filling,
  problems: ArchiveProblem[],
): Promise<CopyResult> {
  const writer = await TreeWriter.below(volume, '/', options);
  const now = kernel.deterministic ? BigInt(kernel.deterministic.timestamp) * 1000n : BigInt(Date.now());
  const unpacker = new TarUnpacker({
    async write(records) {
      if (!(await writer.write(records))) throw new NothingMore();
    },
    problem: (name, message) => void problems.push({name: Buffer.from(name, 'latin1'), message}),
    // All names are below the root: nothing is lost by that.
    stripped: () => {},
    now: now * 1_000_000n,
  });
  const state = {files: 0, bytes: 0};
  let failed: unknown;
  try {
    for await (const entry of readArchive(archive)) {
      throwIfAborted(signal);
      await unpacker.add(entry);
      if (entry.type === 'file') state.files++;
      state.bytes += entry.status.size;
      progress?.(state);
    }
    await unpacker.finish();
  } catch (error) {
    failed = error;
  }
  const result = await writer.finish();
  if (failed && !(failed instanceof NothingMore)) throw archiveError(failed);
  return result;
}
