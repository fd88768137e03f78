// SPDX-License-Identifier: GPL-2.0-only
// An open directory: entries in batches, in the file system's own order.
import type {Caller, Path} from './caller.ts';
import {decodeEntries, type Entry} from './dirents.ts';
import {systemError} from './errors.ts';
import {AT_FDCWD, O_DIRECTORY, O_RDONLY} from './syscalls.ts';

/** Enough that the number of crossings does not matter, few enough to stay below a megabyte. */
const BATCH = 1024;

/** All entries but "." and "..". With `stats`, those that can't be examined carry an errno instead. */
export async function* readDirectory(
  caller: Caller,
  path: Path,
  stats: boolean,
  /** Of the call, in errors. */
  name = 'scandir',
): AsyncGenerator<Entry[]> {
  const fd = await caller.open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  if (fd < 0) throw systemError(fd, name, path);
  try {
    for (;;) {
      const records = await caller.addon.list(caller.root, fd, stats, BATCH);
      if (records.length === 0) return;
      const entries = decodeEntries(records, stats);
      const failed = entries.find((entry) => entry.name.length === 0);
      if (failed) throw systemError(failed.errno, name, path);
      yield entries;
    }
  } finally {
    await caller.release(fd);
  }
}
