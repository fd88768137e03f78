// SPDX-License-Identifier: GPL-2.0-only
// Removes a directory with all that is in it.
import {pathArgument, type Caller, type Path} from './caller.ts';
import {Descent} from './descent.ts';
import {throwIfAborted, type KdiskError} from './errors.ts';
import {AT_FDCWD, AT_REMOVEDIR, NR, S_IFDIR} from './syscalls.ts';

const FULL = ['ENOTEMPTY', 'EEXIST'];

/** Entries that a driver did not show because others went away meanwhile are found by looking again. */
const LOOKS = 5;

/** @throws for the first entry that can't be removed */
export async function removeTree(caller: Caller, path: Path, signal: AbortSignal | undefined): Promise<void> {
  const removeTop = () => caller.call('rm', path, NR.unlinkat, AT_FDCWD, pathArgument(path), AT_REMOVEDIR);
  // First of all: it is refused for ".", for a mount point, for a link with a slash behind it.
  for (let look = 0; look < LOOKS; look++) {
    try {
      await removeTop();
      return;
    } catch (error) {
      if (!FULL.includes((error as KdiskError).code)) throw error;
    }
    const descent = await Descent.start(caller, 'rm', path, {follow: false});
    try {
      await emptyTree(descent, signal);
    } finally {
      await descent.end();
    }
  }
  await removeTop();
}

interface Level {
  name: Buffer;
  /** Still to be removed. */
  directories: Buffer[];
  looks: number;
}

async function emptyTree(descent: Descent, signal: AbortSignal | undefined): Promise<void> {
  const levels: Level[] = [{name: Buffer.alloc(0), directories: await emptyFiles(descent, signal), looks: 0}];
  for (;;) {
    throwIfAborted(signal);
    const level = levels.at(-1)!;
    const next = level.directories.pop();
    if (next) {
      await descent.enter(next);
      levels.push({name: next, directories: await emptyFiles(descent, signal), looks: 0});
      continue;
    }
    levels.pop();
    if (levels.length === 0) return;
    await descent.leave();
    try {
      await descent.call(level.name, NR.unlinkat, pathArgument(level.name), AT_REMOVEDIR);
    } catch (error) {
      if (!FULL.includes((error as KdiskError).code) || level.looks === LOOKS) throw error;
      await descent.enter(level.name);
      levels.push({name: level.name, directories: await emptyFiles(descent, signal), looks: level.looks + 1});
    }
  }
}

/** Removes all of the current directory but its directories, whose names are returned. */
async function emptyFiles(descent: Descent, signal: AbortSignal | undefined): Promise<Buffer[]> {
  const directories: Buffer[] = [];
  for (;;) {
    throwIfAborted(signal);
    const entries = await descent.list(false);
    if (entries.length === 0) return directories;
    const removing = entries.map(async ({name, type}) => {
      if (type === S_IFDIR) return void directories.push(Buffer.from(name));
      try {
        await descent.call(name, NR.unlinkat, pathArgument(name), 0);
      } catch (error) {
        // Of an unknown type.
        if (type !== 0 || !['EISDIR', 'EPERM'].includes((error as KdiskError).code)) throw error;
        directories.push(Buffer.from(name));
      }
    });
    const results = await Promise.allSettled(removing);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }
}
