// SPDX-License-Identifier: GPL-2.0-only
// Inode flags (FS_*_FL of include/uapi/linux/fs.h and those of ext4) in the letters of lsattr, in its order.

const LETTERS: [letter: string, bit: number, name: string][] = [
  ['s', 0x1, 'secure deletion'],
  ['u', 0x2, 'undeletable'],
  ['S', 0x8, 'synchronous'],
  ['D', 0x10000, 'synchronous directory'],
  ['i', 0x10, 'immutable'],
  ['a', 0x20, 'append only'],
  ['d', 0x40, 'no dump'],
  ['A', 0x80, 'no atime'],
  ['c', 0x4, 'compressed'],
  ['E', 0x800, 'encrypted'],
  ['j', 0x4000, 'journalled data'],
  ['I', 0x1000, 'indexed directory'],
  ['t', 0x8000, 'no tail merging'],
  ['T', 0x20000, 'top of hierarchies'],
  ['e', 0x80000, 'extents'],
  ['C', 0x800000, 'no copy on write'],
  ['x', 0x2000000, 'direct access'],
  ['F', 0x40000000, 'case folding'],
  ['N', 0x10000000, 'inline data'],
  ['P', 0x20000000, 'project inherited'],
  ['V', 0x100000, 'verity'],
  ['m', 0x400, 'no compression'],
];

const known = (flags: number) => LETTERS.filter(([, bit]) => (flags & bit) !== 0);

/** "ie" */
export function flagLetters(flags: number): string {
  return known(flags)
    .map(([letter]) => letter)
    .join('');
}

/** "immutable, extents" */
export function flagNames(flags: number): string {
  return known(flags)
    .map(([, , name]) => name)
    .join(', ');
}
