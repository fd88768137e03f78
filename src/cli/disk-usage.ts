// SPDX-License-Identifier: GPL-2.0-only
// Sums of what files occupy, directory by directory, as du(1) makes them.
import type {Entry} from '../dirents.ts';
import {S_IFDIR, S_IFLNK, S_IFREG} from '../syscalls.ts';
import type {Volume} from '../volume.ts';
import type {PathTarget} from './address.ts';
import {walk, type Visit} from './walk.ts';

export interface DiskUsage {
  path: Buffer;
  /** Levels below the target. */
  depth: number;
  /** Bytes. */
  bytes: bigint;
  directory: boolean;
}

/** Files with several names that were counted. */
export type Counted = Set<string>;

export interface UsageOptions {
  /** Length of the content of files and links instead of what they occupy. */
  apparent: boolean;
}

/** One entry by itself, in bytes. */
export function sizeOf({stats, type}: Entry, {apparent}: UsageOptions): bigint {
  if (!stats) return 0n;
  if (!apparent) return stats.blocks * 512n;
  return type === S_IFREG || type === S_IFLNK ? stats.size : 0n;
}

/** True of a second name of a file, which occupies nothing more. */
function isCounted({stats, type}: Entry, counted: Counted): boolean {
  if (!stats || type === S_IFDIR || stats.nlink < 2n) return false;
  const key = `${stats.dev}:${stats.ino}`;
  if (counted.has(key)) return true;
  counted.add(key);
  return false;
}

/**
 * @param counted shared by the targets that are in one volume
 * @param tell each entry after what is in it, second names left out
 */
export async function diskUsage(
  volume: Volume,
  {path}: PathTarget,
  options: UsageOptions,
  counted: Counted,
  tell: (usage: DiskUsage) => void,
  report: {problem(error: unknown, path: Buffer): void; pause(): Promise<void>},
): Promise<void> {
  // Of the directories on the way, by depth.
  const sums: bigint[] = [];
  const add = (depth: number, bytes: bigint) => {
    if (depth > 0) sums[depth - 1]! += bytes;
  };
  await walk(
    volume,
    path,
    {stats: true},
    {
      ...report,
      visit: ({entry, depth, path}: Visit) => {
        const directory = entry.type === S_IFDIR;
        if (isCounted(entry, counted)) return;
        const bytes = sizeOf(entry, options);
        if (directory) {
          sums[depth] = bytes;
          return;
        }
        add(depth, bytes);
        tell({path, depth, bytes, directory});
      },
      leave: ({depth, path}) => {
        const bytes = sums[depth]!;
        add(depth, bytes);
        tell({path, depth, bytes, directory: true});
      },
    },
  );
}
