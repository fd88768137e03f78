// SPDX-License-Identifier: GPL-2.0-only
// What the tests of `kdisk mkfs` share: what other programs say of a new image, and trees to fill one with.
import {linkSync, lutimesSync, mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Type} from './judges.ts';
import {kdisk, type Run, type RunOptions} from './kdisk.ts';
import {tool} from './tools.ts';

export const MIB = 1024 * 1024;
const MINUTE = 60_000;

/** Runs `kdisk mkfs`, which takes its time with large trees. */
export function mkfs(words: string[], options: RunOptions = {}): Run {
  return kdisk(['mkfs', ...words], {timeout: 5 * MINUTE, ...options});
}

/** Problems of one that ought to work, '' when there are none. */
export const failed = ({status, stderr}: Run): string => (status === 0 && stderr === '' ? '' : `${status}: ${stderr}`);

/** A tag of an image as blkid(8) sees it, '' for none. */
export function tag(image: string, name: 'TYPE' | 'LABEL' | 'UUID' | 'BLOCK_SIZE'): string {
  return tool('blkid', ['-p', '-s', name, '-o', 'value', image]).trim();
}

export const TIME = new Date('2011-12-13T14:15:16Z');

/** Directories of files of all small sizes, with links, a file of holes, and old times. @returns how many files */
export function makeFiles(root: string, count: number): number {
  mkdirSync(root);
  const folders = Math.ceil(count / 250);
  for (let folder = 0; folder < folders; folder++) mkdirSync(join(root, `folder ${folder}`));
  for (let index = 0; index < count; index++) {
    const path = join(root, `folder ${index % folders}`, `file-${index}`);
    // Sizes on both sides of what is kept inline, and of a block.
    writeFileSync(path, Buffer.alloc((index * index) % 9000, `${index} `));
    utimesSync(path, TIME, TIME);
  }
  linkSync(join(root, 'folder 0', 'file-0'), join(root, 'hard'));
  symlinkSync('folder 0/file-0', join(root, 'link'));
  lutimesSync(join(root, 'link'), TIME, TIME);
  writeFileSync(join(root, 'sparse'), 'start');
  truncateSync(join(root, 'sparse'), 100 * MIB);
  utimesSync(join(root, 'sparse'), TIME, TIME);
  return count + 1;
}

/** Contents and names alone, for file systems that have no links. */
export function makePlainFiles(root: string, count: number): void {
  mkdirSync(join(root, 'sub'), {recursive: true});
  for (let index = 0; index < count; index++)
    writeFileSync(join(root, index % 2 ? 'sub' : '', `A long name ${index}.txt`), Buffer.alloc((index * 37) % 20_000, 'x'));
}

/** Types that can be mounted and written, with a size that suits all tests, MiB. */
export const SIZES = {ext2: 32, ext3: 32, ext4: 32, btrfs: 128, xfs: 300, vfat: 32, exfat: 32, f2fs: 64, ntfs: 32};
export type Writable = keyof typeof SIZES;

/** The checker that judges a type. */
export const judgeOf = (type: Writable): Type => (type.startsWith('ext') ? 'ext4' : (type as Type));
