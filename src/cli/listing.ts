// SPDX-License-Identifier: GPL-2.0-only
// What `ls` shows: the entries of directories, in order, and single files as entries of their own.
import type {Entry} from '../dirents.ts';
import {systemError} from '../errors.ts';
import {S_IFDIR, S_IFLNK} from '../syscalls.ts';
import {joinPath, type Volume} from '../volume.ts';
import type {Path} from '../caller.ts';

export interface ListOptions {
  /** Names that begin with a dot too. */
  all: boolean;
  recursive: boolean;
  /** Keep the order of the file system. */
  unsorted: boolean;
  /** Examine each entry: needed for anything but names. */
  stats: boolean;
}

/** One directory; a subdirectory that can't be read has an error instead of entries. */
export interface Listing {
  path: Path;
  entries: Entry[];
  error?: unknown;
}

const DOT = 0x2e;

async function readAll(volume: Volume, path: Path, options: ListOptions): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const batch of volume.entries(path, {stats: options.stats})) {
    for (const entry of batch) if (options.all || entry.name[0] !== DOT) entries.push(entry);
  }
  if (!options.unsorted) entries.sort((a, b) => Buffer.compare(a.name, b.name));
  return entries;
}

async function isDirectory(volume: Volume, path: Path, entry: Entry): Promise<boolean> {
  // Drivers that do not tell types in directories answer 0.
  const type = entry.type || Number((await volume.lstat(path)).mode) & 0o170000;
  return type === S_IFDIR;
}

/** The directory, and with `recursive` those below it, each after its parent. */
export async function* listDirectory(volume: Volume, path: Path, options: ListOptions): AsyncGenerator<Listing> {
  const entries = await readAll(volume, path, options);
  yield {path, entries};
  if (!options.recursive) return;
  for (const entry of entries) {
    const below = joinPath(path, entry.name);
    try {
      if (await isDirectory(volume, below, entry)) yield* listDirectory(volume, below, options);
    } catch (error) {
      yield {path: below, entries: [], error};
    }
  }
}

/** A file named on the command line; its name is the word itself. */
export async function singleEntry(volume: Volume, path: string, name: string, follow: boolean): Promise<Entry> {
  const itself = () => volume.lstat(path, {bigint: true});
  // A link that leads nowhere is still there to be listed.
  const stats = follow ? await volume.stat(path, {bigint: true}).catch(itself) : await itself();
  const type = Number(stats.mode) & 0o170000;
  const target = type === S_IFLNK ? await volume.readlink(path, {encoding: 'buffer'}) : undefined;
  return {name: Buffer.from(name), ino: stats.ino, type, stats, errno: 0, ...(target ? {target} : {})};
}

/** Entries that the kernel could not examine, as errors. */
export function entryErrors({path, entries}: Listing): unknown[] {
  return entries
    .filter(({errno}) => errno !== 0)
    .map(({name, errno}) => systemError(errno, 'lstat', joinPath(path, name)));
}
