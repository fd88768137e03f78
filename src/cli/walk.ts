// SPDX-License-Identifier: GPL-2.0-only
// All that is below a directory, told entry by entry. What is in memory is one batch of each open directory and of a
// few that come next.
import type {Path} from '../caller.ts';
import type {Entry} from '../dirents.ts';
import {systemError} from '../errors.ts';
import {PATH_MAX, S_IFDIR, S_IFLNK, S_IFMT} from '../syscalls.ts';
import {joinPath, type Volume} from '../volume.ts';
import {Reading, type ReadingOptions} from './reading.ts';

/** `maxDepth` 0 is the top alone. */
export interface WalkOptions extends Pick<ReadingOptions, 'stats' | 'maxDepth'> {
  /** By name, each directory in memory as a whole; else in the order of the file system. */
  sorted?: boolean;
}

const SLASH = 0x2f;

const byName = (entries: Entry[]) => entries.sort((a, b) => Buffer.compare(a.name, b.name));

/** An entry on the way. Its path is put together when it is asked for. */
export class Visit {
  private joined: Buffer | undefined;

  constructor(
    readonly entry: Entry,
    /** Of the directory that it is in; the top has its own path here. */
    private readonly parent: Buffer,
    /** 0 is the top. */
    readonly depth: number,
  ) {}

  /** Absolute. */
  get path(): Buffer {
    this.joined ??= this.depth === 0 ? this.parent : (joinPath(this.parent, this.entry.name) as Buffer);
    return this.joined;
  }
}

export interface Visitor {
  /** An entry, before what is in it. */
  visit(visit: Visit): void;
  /** A directory, after all that is in it. */
  leave?(visit: Visit): void;
  /** A directory that can't be read, or an entry that can't be examined; what is known of it is visited. */
  problem(error: unknown, path: Buffer): void;
  /** Now and then: time to write what was gathered. */
  pause?(): Promise<void>;
}

interface Frame {
  /** The directory. */
  visit: Visit;
  reading: Reading;
  entries: Entry[];
  at: number;
}

/** A path by itself, as an entry; what it leads to with `follow`, unless that is not there. */
export async function singleEntry(volume: Volume, path: Path, name: Buffer, follow: boolean): Promise<Entry> {
  const itself = () => volume.lstat(path, {bigint: true});
  // A link that leads nowhere is still there to be looked at.
  const stats = follow ? await volume.stat(path, {bigint: true}).catch(itself) : await itself();
  const type = Number(stats.mode) & S_IFMT;
  const target = type === S_IFLNK ? await volume.readlink(path, {encoding: 'buffer'}) : undefined;
  return {name, ino: stats.ino, type, stats, errno: 0, ...(target ? {target} : {})};
}

/** Visits the top, which must exist, and all below it, no symbolic link followed. */
export async function walk(volume: Volume, top: Path, options: WalkOptions, visitor: Visitor): Promise<void> {
  const {maxDepth = Infinity, sorted, stats} = options;
  const start = Buffer.from(top as string);
  const entry = await singleEntry(volume, top, baseName(start), false);
  const first = new Visit(entry, start, 0);
  visitor.visit(first);
  const stack: Frame[] = [];
  const enter = (visit: Visit, reading: () => Reading) => {
    if (visit.depth < maxDepth) stack.push({visit, reading: reading(), entries: [], at: 0});
    else visitor.leave?.(visit);
  };
  if (entry.type === S_IFDIR)
    enter(first, () => new Reading(volume, start, {stats, maxDepth, arrange: sorted ? byName : undefined}));
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const {visit: directory, reading} = frame;
    if (frame.at === frame.entries.length) {
      await visitor.pause?.();
      frame.entries = await nextEntries(volume, frame, visitor);
      frame.at = 0;
      if (frame.entries.length > 0) continue;
      stack.pop();
      visitor.leave?.(directory);
      continue;
    }
    const entry = frame.entries[frame.at++]!;
    const visit = new Visit(entry, directory.path, directory.depth + 1);
    visitor.visit(visit);
    if (entry.type !== S_IFDIR) continue;
    if (visit.path.length < PATH_MAX || visit.depth >= maxDepth) enter(visit, () => reading.below(entry));
    else await walkDeep(volume, directory, visit, options, visitor);
  }
  await visitor.pause?.();
}

/** What is below a directory with a path that is too long for one call: the library goes there step by step. */
async function walkDeep(
  volume: Volume,
  parent: Visit,
  top: Visit,
  {stats, maxDepth = Infinity}: WalkOptions,
  visitor: Visitor,
): Promise<void> {
  const open = [top];
  const close = (depth: number) => {
    for (let last = open.at(-1); last && last.depth >= depth; last = open.at(-1)) {
      open.pop();
      visitor.leave?.(last);
    }
  };
  const onError = (error: Error) => visitor.problem(error, top.path);
  let count = 0;
  for await (const entry of volume.walk(parent.path, {stats, maxDepth: maxDepth - parent.depth, onError})) {
    const path = joinPath(parent.path, entry.path) as Buffer;
    // Its neighbours come by too.
    if (path[top.path.length] !== SLASH || !path.subarray(0, top.path.length).equals(top.path)) continue;
    const directory = path.subarray(0, path.length - entry.name.length - 1);
    const visit = new Visit(entry, directory, parent.depth + entry.depth);
    close(visit.depth);
    visitor.visit(visit);
    if (entry.type === S_IFDIR) open.push(visit);
    if (++count % 1024 === 0) await visitor.pause?.();
  }
  close(top.depth);
}

/** Empty at the end, also where that comes too early. */
async function nextEntries(volume: Volume, {visit: {path}, reading}: Frame, visitor: Visitor): Promise<Entry[]> {
  let entries: Entry[];
  try {
    entries = await reading.take();
  } catch (error) {
    // Nothing more can come of this one.
    if ((error as {code?: string}).code === 'EKERNELDEAD') throw error;
    visitor.problem(error, path);
    return [];
  }
  for (const entry of entries) {
    if (entry.errno !== 0) visitor.problem(systemError(entry.errno, 'lstat'), joinPath(path, entry.name) as Buffer);
    // Some drivers do not tell types in directories.
    else if (entry.type === 0) entry.type = await typeOf(volume, joinPath(path, entry.name) as Buffer, visitor);
  }
  return entries;
}

async function typeOf(volume: Volume, path: Buffer, visitor: Visitor): Promise<number> {
  try {
    return Number((await volume.lstat(path)).mode) & S_IFMT;
  } catch (error) {
    visitor.problem(error, path);
    return 0;
  }
}

/** "fstab" of "/etc/fstab/"; "/" of the root. */
export function baseName(path: Buffer): Buffer {
  let end = path.length;
  while (end > 1 && path[end - 1] === SLASH) end--;
  const start = path.lastIndexOf(SLASH, end - 2) + 1;
  return end <= 1 ? path.subarray(0, 1) : path.subarray(start, end);
}
