// SPDX-License-Identifier: GPL-2.0-only
// What tests need of the machine: tools of other projects, and files that go away again.
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const environment = {...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, LC_ALL: 'C.UTF-8'};

/** True when all of them are installed. */
export function hasTools(...names: string[]): boolean {
  return names.every((name) => spawnSync('sh', ['-c', `command -v ${name}`], {env: environment}).status === 0);
}

/** Standard output of a tool; throws with its stderr when it fails. */
export function tool(name: string, args: string[], input?: string): string {
  return execFileSync(name, args, {
    env: environment,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(input === undefined ? {} : {input}),
  });
}

/** A directory that is removed when the process ends. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'kdisk-test-'));
  process.on('exit', () => rmSync(path, {recursive: true, force: true}));
  return path;
}

/** A sparse file of zeroes. */
export function emptyImage(path: string, bytes: number): string {
  writeFileSync(path, '');
  truncateSync(path, bytes);
  return path;
}
