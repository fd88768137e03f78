// SPDX-License-Identifier: GPL-2.0-only
// The flags of open(): Node's words for them, and what they ask for.
import {argumentError} from './errors.ts';
import {O_ACCMODE, O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY} from './syscalls.ts';

const APPEND = O_APPEND | O_CREAT;
const WRITE = O_TRUNC | O_CREAT;

/** The words that the documentation of node:fs lists. */
const WORDS = {
  r: O_RDONLY,
  rs: O_RDONLY | O_SYNC,
  'r+': O_RDWR,
  'rs+': O_RDWR | O_SYNC,
  w: O_WRONLY | WRITE,
  wx: O_WRONLY | WRITE | O_EXCL,
  'w+': O_RDWR | WRITE,
  'wx+': O_RDWR | WRITE | O_EXCL,
  a: O_WRONLY | APPEND,
  as: O_WRONLY | APPEND | O_SYNC,
  ax: O_WRONLY | APPEND | O_EXCL,
  'a+': O_RDWR | APPEND,
  'as+': O_RDWR | APPEND | O_SYNC,
  'ax+': O_RDWR | APPEND | O_EXCL,
} as const;

export type OpenFlag = keyof typeof WORDS;

/** @param flags a word of Node, or O_* of Linux as fs.constants has them on x86-64 */
export function openFlags(flags: OpenFlag | number): number {
  if (typeof flags === 'number') return flags;
  if (Object.hasOwn(WORDS, flags)) return WORDS[flags];
  throw argumentError(`'${String(flags)}' is no flag of open(); there are ${Object.keys(WORDS).join(', ')}`);
}

/** True when a file system that can only be read has to refuse it. */
export function changes(flags: number): boolean {
  return (flags & O_ACCMODE) !== O_RDONLY || (flags & (O_CREAT | O_TRUNC)) !== 0;
}
