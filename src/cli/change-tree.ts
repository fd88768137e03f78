// SPDX-License-Identifier: GPL-2.0-only
// One change done to a target, or to it and all below it, for chmod and chown.
import type {Path} from '../caller.ts';
import {throwIfAborted} from '../errors.ts';
import {S_IFDIR, S_IFLNK, S_IFMT} from '../syscalls.ts';
import type {Volume} from '../volume.ts';
import {walk, type Visit} from './walk.ts';

export interface Found {
  path: Path;
  /** With its type. */
  mode: number;
  uid: number;
  gid: number;
  directory: boolean;
  link: boolean;
}

export interface TreeChange {
  /** @returns false when there was nothing to do */
  apply(found: Found): Promise<boolean>;
  failed(error: unknown, path: Path): void;
  signal: AbortSignal;
}

type Numbers = Record<'mode' | 'uid' | 'gid', number | bigint>;

export function foundAt(path: Path, stats: Numbers): Found {
  const [mode, uid, gid] = [Number(stats.mode), Number(stats.uid), Number(stats.gid)];
  const type = mode & S_IFMT;
  return {path, mode, uid, gid, directory: type === S_IFDIR, link: type === S_IFLNK};
}

/**
 * All of a tree, the top first; no symbolic link is followed.
 * @returns how many entries were changed
 */
export async function changeTree(volume: Volume, top: Path, {apply, failed, signal}: TreeChange): Promise<number> {
  let waiting: Visit[] = [];
  let count = 0;
  const pause = async () => {
    for (const {path, entry} of waiting) {
      throwIfAborted(signal);
      // What could not be looked at was told by problem().
      if (!entry.stats) continue;
      try {
        if (await apply(foundAt(path, entry.stats))) count++;
      } catch (error) {
        failed(error, path);
      }
    }
    waiting = [];
  };
  const visit = (visit: Visit) => void waiting.push(visit);
  await walk(volume, top, {stats: true}, {visit, pause, problem: failed});
  return count;
}
