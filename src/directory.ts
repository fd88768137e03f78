// SPDX-License-Identifier: GPL-2.0-only
// An open directory: entries in batches, in the file system's own order.
import {pathArgument, type Caller, type Path} from './caller.ts';
import {decodeEntries, type Entry} from './dirents.ts';
import {systemError} from './errors.ts';
import {AT_FDCWD, NR, O_CLOEXEC, O_DIRECTORY, O_RDONLY} from './syscalls.ts';

/** Enough that the number of crossings does not matter, few enough to stay below a megabyte. */
const BATCH = 1024;

/** All entries but "." and "..". With `stats`, those that can't be examined carry an errno instead. */
export async function* readDirectory(caller: Caller, path: Path, stats: boolean): AsyncGenerator<Entry[]> {
  const flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  const fd = await caller.call('scandir', path, NR.openat, AT_FDCWD, pathArgument(path), flags, 0);
  try {
    for (;;) {
      const records = await caller.addon.list(caller.root, fd, stats, BATCH);
      if (records.length === 0) return;
      const entries = decodeEntries(records, stats);
      const failed = entries.find((entry) => entry.name.length === 0);
      if (failed) throw systemError(failed.errno, 'scandir', path);
      yield entries;
    }
  } finally {
    await caller.addon.syscall(caller.root, NR.close, fd);
  }
}
