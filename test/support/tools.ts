// SPDX-License-Identifier: GPL-2.0-only
// What tests need of the machine: tools of other projects, and files that go away again.
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** Administration tools may lie where an ordinary user's PATH does not look. */
export const toolEnvironment = {...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, LC_ALL: 'C.UTF-8'};

/** True when all of them are installed. */
export function hasTools(...names: string[]): boolean {
  return names.every((name) => spawnSync('sh', ['-c', `command -v ${name}`], {env: toolEnvironment}).status === 0);
}

/** Standard output of a tool; throws with its stderr when it fails. */
export function tool(name: string, args: string[], input?: string): string {
  return execFileSync(name, args, {
    env: toolEnvironment,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(input === undefined ? {} : {input}),
  });
}

/** A directory that is removed when all tests are done (global-setup.ts). */
export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'kdisk-test-'));
}

/** A sparse file of zeroes. */
export function emptyImage(path: string, bytes: number): string {
  writeFileSync(path, '');
  truncateSync(path, bytes);
  return path;
}

/** An ext4 image with a tree in it, or empty. */
export function ext4Image(path: string, bytes: number, tree?: string): string {
  emptyImage(path, bytes);
  tool('mke2fs', ['-q', '-t', 'ext4', ...(tree ? ['-d', tree] : []), path]);
  return path;
}

/** SHA-256 of a file, in hexadecimal. */
export function sha256(path: string): string {
  return tool('sha256sum', ['-b', path]).slice(0, 64);
}

export const isRoot = process.getuid?.() === 0;
