// SPDX-License-Identifier: GPL-2.0-only
// All entries of a tree, one by one and with flat memory: each directory before what is in it.
import {pathArgument, type Caller, type Path} from './caller.ts';
import {Descent, type Directory} from './descent.ts';
import type {Entry} from './dirents.ts';
import {throwIfAborted, type KdiskError} from './errors.ts';
import {decodeStatx, STATX_SIZE} from './statx.ts';
import {AT_SYMLINK_NOFOLLOW, NR, S_IFDIR, S_IFMT, STATX_WANTED} from './syscalls.ts';

export interface WalkEntry extends Entry {
  /** From the directory where the walk began: "a/b". */
  path: Buffer;
  /** 1 for what lies directly in that directory. */
  depth: number;
}

export interface WalkOptions {
  /** With all that lstat() tells, and the targets of symbolic links. */
  stats?: boolean;
  /** What lies deeper is left out. */
  maxDepth?: number;
  /** Told of directories that can't be read, the walk goes on without them; otherwise the first one ends it. */
  onError?: (error: KdiskError) => void;
  signal?: AbortSignal;
}

/** What is left of a directory that was listed in part. */
interface Rest {
  entries: Entry[];
  next: number;
  /** Nothing more to be asked for. */
  whole: boolean;
}

export async function* walk(caller: Caller, top: Path, options: WalkOptions = {}): AsyncGenerator<WalkEntry> {
  const {stats = false, maxDepth = Infinity, onError, signal} = options;
  const rests = new Map<Directory, Rest>();
  const more = async (directory: Directory, rest: Rest) => {
    const entries = await descent.list(stats, directory);
    rest.whole = entries.length === 0;
    rest.entries = [...rest.entries.slice(rest.next), ...entries];
    rest.next = 0;
  };
  // The place in its list goes when a directory is closed.
  const onClose = async (directory: Directory) => {
    const rest = rests.get(directory)!;
    while (!rest.whole) await more(directory, rest);
  };
  const descent: Descent = await Descent.start(caller, 'scandir', top, {onClose});
  const step = async (): Promise<Entry | undefined> => {
    const {current} = descent;
    let rest = rests.get(current);
    if (!rest) rests.set(current, (rest = {entries: [], next: 0, whole: false}));
    if (rest.next === rest.entries.length && !rest.whole) await more(current, rest);
    return rest.entries[rest.next++];
  };
  try {
    for (;;) {
      throwIfAborted(signal);
      let entry: Entry | undefined;
      try {
        entry = await step();
      } catch (error) {
        if (!onError) throw error;
        onError(error as KdiskError);
      }
      if (!entry) {
        rests.delete(descent.current);
        if (!(await descent.leave())) return;
        continue;
      }
      const {current, depth} = descent;
      if (entry.type === 0 && entry.errno === 0) entry.type = await typeOf(descent, entry.name);
      yield Object.assign(entry, {path: current.pathOf(entry.name), depth});
      if (entry.type !== S_IFDIR || depth >= maxDepth) continue;
      try {
        await descent.enter(entry.name);
      } catch (error) {
        if (!onError) throw error;
        onError(error as KdiskError);
      }
    }
  } finally {
    await descent.end();
  }
}

/** Some drivers do not know the type without reading the inode. */
async function typeOf(descent: Descent, name: Buffer): Promise<number> {
  const bytes = Buffer.alloc(STATX_SIZE);
  await descent.call(name, NR.statx, pathArgument(name), AT_SYMLINK_NOFOLLOW, STATX_WANTED, bytes);
  return decodeStatx(bytes).mode & S_IFMT;
}
