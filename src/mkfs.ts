// SPDX-License-Identifier: GPL-2.0-only
// Makes file systems, and fills them: the upstream tools in their sandbox, then the kernel's own drivers for what goes in.
import {randomUUID} from 'node:crypto';
import {statSync} from 'node:fs';
import type {CopyResult} from './copy.ts';
import {KdiskError, throwIfAborted} from './errors.ts';
import {driverOf, parseType} from './tools/mkfs/drivers.ts';
import type {ArchiveProblem} from './tools/mkfs/fill.ts';
import {Job} from './tools/mkfs/job.ts';
import {seedOf} from './tools/mkfs/make.ts';
import {addressOf, examine, type Found, type Kernel} from './tools/mkfs/target.ts';
import {wrong, type MkfsType} from './tools/mkfs/types.ts';

export type {MkfsType} from './tools/mkfs/types.ts';

export interface MkfsProgress {
  /** What is done: the source is measured, the tool runs, files are copied. */
  phase: 'measure' | 'make' | 'copy';
  files: number;
  /** Of content. */
  bytes: number;
  /** What there is to copy, where that is known. */
  total?: {files: number; bytes: number};
}

export interface MkfsOptions {
  /** 'ext2', 'ext3', 'ext4', 'btrfs', 'xfs', 'vfat', 'exfat', 'f2fs', 'ntfs', 'squashfs', 'erofs'; 'fat12' and the like too. */
  type: MkfsType | (string & {});
  /**
   * Bytes of the image, or 'auto': what `from` needs. Default: the size of what is there, and 'auto' for a new or empty file
   * that is filled. squashfs and erofs are as large as what is in them.
   */
  size?: number | 'auto';
  /** With size 'auto': what stays free, in bytes or as a share of the whole, {share: 0.1}. Default: no more than is needed. */
  free?: number | {share: number};
  label?: string;
  /** As the type has them; default: a random one. */
  uuid?: string;
  /** Bytes of a block, or of a cluster where the type has those. Default: what the tool chooses. */
  blockSize?: number;
  /**
   * What goes into it: a directory of the host, whose content and attributes become those of the root directory (the image
   * itself is left out, should it lie there); or a tar archive, not compressed. A function is called each time that the archive is read from its start; a stream that
   * is needed twice is kept in a file beside the image meanwhile.
   */
  from?: string | AsyncIterable<Uint8Array> | (() => AsyncIterable<Uint8Array>);
  /**
   * Seconds since 1970: the time that the tool and the kernel see. With a fixed `uuid`, and the same source and options, the
   * image is the same in every byte. The kernel of this process is then a deterministic one (OpenOptions).
   */
  timestamp?: number;
  /** Makes it in the partition of this number; nothing outside of it changes. */
  partition?: number;
  /** What is there may go, and a file may become smaller. */
  force?: boolean;
  /** Further options for the tool, in its own spelling. */
  native?: readonly string[];
  /** Nothing is written; the result tells what would be done. */
  dryRun?: boolean;
  /** RAM of the kernel, bytes. */
  memory?: number;
  signal?: AbortSignal;
  /** A directory is measured before, so that progress has a total, even where nothing else needs that. */
  total?: boolean;
  /** Called at most some ten times a second. */
  onProgress?: (state: MkfsProgress) => void;
  /** Takes what the tool prints. */
  onOutput?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
}

export interface MkfsResult {
  path: string;
  partition?: number;
  type: MkfsType;
  /** Bytes. */
  size: bigint;
  /** As the superblock tells. */
  label?: string;
  uuid?: string;
  /** The file was not there before. */
  created: boolean;
  /** Program and arguments that made it. */
  tool: string;
  arguments: string[];
  /** Bytes that are free for users; of what was filled. */
  free?: bigint;
  /** What was copied, with all that failed and all that the file system could not take: look at both. */
  copied?: CopyResult;
  /** Entries of the archive that were left out or changed. */
  archiveProblems: ArchiveProblem[];
}

/** What is there, with how full it is where a kernel can tell. */
async function occupied(found: Found, kernel: Kernel): Promise<KdiskError> {
  const {target, content} = found;
  const where = addressOf(target);
  const used = kernel.deterministic ? '' : await usage(found, kernel).catch(() => '');
  const message = `${where} holds ${content}${used}; to make a new file system in its place, add --force`;
  return new KdiskError('ERR_NOT_EMPTY', message, {path: target.path});
}

async function usage({target}: Found, kernel: Kernel): Promise<string> {
  const [{open}, {sentenceSize}] = [await import('./image.ts'), await import('./format/size.ts')];
  await using image = await open(target.path, kernel);
  const number = target.partition;
  const volume = await image.volume([number === undefined ? {kind: 'disk'} : {kind: 'partition', number}]);
  const {bsize, blocks, bfree} = await volume.statfs();
  return `, ${sentenceSize((BigInt(blocks) - BigInt(bfree)) * BigInt(bsize))} used`;
}

function checkNumbers({size, free, timestamp, from}: MkfsOptions): void {
  if (typeof size === 'number' && !(Number.isSafeInteger(size) && size > 0)) throw wrong(`${size} is no size of an image`);
  if (typeof free === 'number' ? !(free >= 0) : free && !(free.share >= 0 && free.share < 0.95))
    throw wrong('what stays free is a number of bytes, or a share below 95 %');
  if (timestamp !== undefined && !(Number.isInteger(timestamp) && timestamp >= 0 && timestamp <= 0xffffffff))
    throw wrong(`the timestamp is a number of seconds since 1970, below 2^32, not ${timestamp}`);
  if (size === 'auto' && from === undefined) throw wrong('a size of its own choice needs something to be measured: --from');
  if (typeof from !== 'string') return;
  // Throws ENOENT and the like.
  if (!statSync(from).isDirectory()) throw new KdiskError('ENOTDIR', `ENOTDIR: not a directory, open '${from}'`, {path: from});
}

/**
 * Makes a file system in a file, a block device, or a partition of one, with the tool of its own project, and fills it.
 * Nothing is overwritten without `force`. A file that was made here goes away again when it fails.
 * @param path on the host; a file is created when there is none
 * @throws KdiskError ERR_USAGE for what cannot be had, ERR_UNSUPPORTED for types whose tool is not built, ERR_NOT_EMPTY,
 * ERR_TOOL_FAILED with the words of the tool, ERR_TOOL_TRAP, ERR_NO_ROOM when the source does not fit, EBUSY (somebody has
 * the image open), what the host gives; AbortError
 */
export async function mkfs(path: string, options: MkfsOptions): Promise<MkfsResult> {
  const {partition, force = false, timestamp, signal, memory, dryRun = false} = options;
  const {type, native} = parseType(options.type);
  const driver = driverOf(type);
  checkNumbers(options);
  const {label, blockSize} = options;
  const given = {...(label === undefined ? {} : {label}), ...(blockSize === undefined ? {} : {blockSize})};
  driver.check({type, ...given, ...(options.uuid === undefined ? {} : {uuid: options.uuid})});
  const uuid = options.uuid ?? (driver.randomUuid ? randomUUID() : undefined);
  const identity = {...(uuid === undefined ? {} : {uuid}), ...(timestamp === undefined ? {} : {timestamp})};
  const kernel: Kernel = {
    ...(memory === undefined ? {} : {memory}),
    ...(timestamp === undefined ? {} : {deterministic: {timestamp, seed: seedOf(identity)}}),
  };
  throwIfAborted(signal);
  const found = await examine(path, partition, kernel);
  if (found.content !== undefined && !force && !dryRun) throw await occupied(found, kernel);
  const wish = {type, ...given, ...identity, native: [...native, ...(options.native ?? [])]};
  return new Job(driver, wish, found.target, kernel, options).run();
}
