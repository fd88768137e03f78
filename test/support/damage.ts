// SPDX-License-Identifier: GPL-2.0-only
// File systems that are broken on purpose, one kind of damage for each type that a checker knows, and what the checker
// of the host says of an image.
import {spawnSync} from 'node:child_process';
import {closeSync, copyFileSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {emptyImage, tool, toolEnvironment} from './tools.ts';

const MIB = 1024 * 1024;

/** Changes bytes of a file where they are. */
export function patch(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
}

export function bytesAt(path: string, at: number, length: number): Buffer {
  const file = openSync(path, 'r');
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, at);
  closeSync(file);
  return bytes;
}

/** A few files and directories, for an image to be made of. */
export function smallTree(path: string): string {
  mkdirSync(join(path, 'a/b'), {recursive: true});
  for (let index = 0; index < 20; index++)
    writeFileSync(join(path, `a/f${index}`), `${index}\n`.repeat(500 * (index + 1)));
  writeFileSync(join(path, 'a/b/c'), 'c\n');
  writeFileSync(join(path, 'top'), 'top\n');
  return path;
}

/** ext4 whose directory /a is gone: its files have no name, its blocks and counts are wrong, and it is marked so. */
export function damagedExt4(path: string, tree: string, ...options: string[]): string {
  emptyImage(path, 16 * MIB);
  tool('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', tree, ...options, path]);
  tool('debugfs', ['-w', '-f', '-', path], 'clri /a\nssv state 2\n');
  return path;
}

/** FAT16 with a chain of clusters that ends too early, and one that nobody has. */
export function damagedVfat(path: string): string {
  emptyImage(path, 32 * MIB);
  tool('mkfs.vfat', ['-F', '16', path]);
  const file = `${path}.file`;
  writeFileSync(file, Buffer.alloc(100_000, 'x'));
  for (const name of ['F1', 'F2', 'F3']) tool('mcopy', ['-i', path, file, `::/${name}`]);
  const boot = bytesAt(path, 0, 512);
  const table = boot.readUInt16LE(14) * boot.readUInt16LE(11);
  patch(path, table + 20, Buffer.alloc(8));
  return path;
}

/** What `e2fsck -fn` and the like end with, and say. */
export function checker(program: string, ...args: string[]): {status: number | null; said: string} {
  const {status, stdout, stderr, error} = spawnSync(program, args, {
    env: toolEnvironment,
    encoding: 'utf8',
    input: 'n\n',
  });
  // It need not read the answer.
  if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  return {status, said: stdout + stderr};
}

/** The bytes of an image, to be held against what they are later. */
export function bytesOf(path: string): Buffer {
  return readFileSync(path);
}

/** A copy with its holes. */
export function copyOf(image: string, to: string): string {
  copyFileSync(image, to);
  return to;
}
