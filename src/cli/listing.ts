// SPDX-License-Identifier: GPL-2.0-only
// What `ls` shows: the entries of directories, in order, and single files as entries of their own.
import type {Entry} from '../dirents.ts';
import {systemError} from '../errors.ts';
import {S_IFDIR} from '../syscalls.ts';
import {joinPath, type Volume} from '../volume.ts';
import type {Path} from '../caller.ts';
import {Reading} from './reading.ts';

export interface SortOptions {
  /** Keep the order of the file system. */
  unsorted: boolean;
  /** Newest first ... */
  time: boolean;
  /** ... or largest first; names decide among equals. */
  size: boolean;
  reverse: boolean;
}

export interface ListOptions extends SortOptions {
  /** Names that begin with a dot too. */
  all: boolean;
  recursive: boolean;
  /** Examine each entry: needed for anything but names. */
  stats: boolean;
  /** A large directory may come in several listings of one path, if nothing asks for all of it at once. */
  pieces: boolean;
}

/** One directory; a subdirectory that can't be read has an error instead of entries. */
export interface Listing {
  path: Path;
  entries: Entry[];
  error?: unknown;
}

const DOT = 0x2e;

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

/** In place. What could not be examined is old and small. */
export function sortEntries(entries: Entry[], {unsorted, time, size, reverse}: SortOptions): void {
  const key = (entry: Entry) => (time ? entry.stats?.mtimeNs : entry.stats?.size) ?? -(2n ** 127n);
  const byName = (a: Entry, b: Entry) => Buffer.compare(a.name, b.name);
  if (time || size) entries.sort((a, b) => compare(key(b), key(a)) || byName(a, b));
  else if (!unsorted) entries.sort(byName);
  if (reverse) entries.reverse();
}

function isDirectory(volume: Volume, path: Path, {type}: Entry): boolean | Promise<boolean> {
  // Drivers that do not tell types in directories answer 0.
  return type === 0 ? volume.lstat(path).then((stats) => stats.isDirectory()) : type === S_IFDIR;
}

/** The directory, and with `recursive` those below it, each after its parent. */
export async function* listDirectory(volume: Volume, path: Path, options: ListOptions): AsyncGenerator<Listing> {
  const arrange = (entries: Entry[]): Entry[] => {
    const shown = options.all ? entries : entries.filter(({name}) => name[0] !== DOT);
    sortEntries(shown, options);
    return shown;
  };
  if (options.pieces && options.unsorted && !options.reverse && !options.recursive) {
    for await (const entries of volume.entries(path, options)) yield {path, entries: arrange(entries)};
    return;
  }
  const maxDepth = options.recursive ? Infinity : 0;
  const top = new Reading(volume, Buffer.from(path as string), {stats: options.stats, maxDepth, arrange});
  const open = [{path, reading: top, entries: await top.take(), at: 0}];
  yield {path, entries: open[0]!.entries};
  if (!options.recursive) return;
  for (let frame = open.at(-1); frame; frame = open.at(-1)) {
    const entry = frame.entries[frame.at++];
    if (!entry) {
      open.pop();
      continue;
    }
    const below = joinPath(frame.path, entry.name);
    try {
      const directory = isDirectory(volume, below, entry);
      if (!(directory === true || (await directory))) continue;
      const reading = frame.reading.below(entry);
      const entries = await reading.take();
      yield {path: below, entries};
      open.push({path: below, reading, entries, at: 0});
    } catch (error) {
      if ((error as {code?: string}).code === 'EKERNELDEAD') throw error;
      yield {path: below, entries: [], error};
    }
  }
}

/** Entries that the kernel could not examine, as errors. */
export function entryErrors({path, entries}: Listing): unknown[] {
  return entries
    .filter(({errno}) => errno !== 0)
    .map(({name, errno}) => systemError(errno, 'lstat', joinPath(path, name)));
}
