// SPDX-License-Identifier: GPL-2.0-only
// Ctrl-C and SIGTERM in the middle of long work: a line that names what is not complete, and an end by that signal.
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {beforeAll, describe, expect, it} from 'vitest';
import {sha256} from './support/compare.ts';
import {emptyImage, temporaryDirectory, tool} from './support/tools.ts';

const MIB = 1024 * 1024;
/** Enough to take some tenths of a second. */
const LONG = 256 * MIB;

const directory = temporaryDirectory();
const image = emptyImage(join(directory, 'disk.img'), LONG + 64 * MIB);

beforeAll(() => {
  const tree = join(directory, 'tree');
  mkdirSync(tree);
  // No zeroes: mke2fs would make holes of them.
  writeFileSync(join(tree, 'long'), Buffer.alloc(LONG, 'x'));
  tool('mke2fs', ['-q', '-t', 'ext4', '-d', tree, image]);
  rmSync(tree, {recursive: true});
});

function start(...words: string[]): {child: ChildProcess; ended: Promise<[stderr: string, ...unknown[]]>} {
  const child = spawn(process.execPath, ['bin/run.js', ...words], {stdio: ['ignore', 'pipe', 'pipe']});
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += text));
  return {child, ended: once(child, 'exit').then((how) => [stderr, ...how])};
}

describe.each([
  ['SIGINT', 'interrupted'],
  ['SIGTERM', 'terminated'],
  ['SIGHUP', 'hung up'],
] as const)('%s', (signal, word) => {
  it('ends cat, even in the middle of a write that nobody takes', async () => {
    const {child, ended} = start('cat', `${image}:/long`);
    // The pipe fills, and the program waits.
    await once(child.stdout!, 'readable');
    child.kill(signal);
    expect(await ended).toEqual([`kdisk: ${word}\n`, null, signal]);
  });

  it('ends cp, which names the copy that is not complete', async () => {
    const before = await sha256(image);
    const to = join(directory, `copy-${signal}`);
    const {child, ended} = start('cp', `${image}:/long`, to);
    while (!existsSync(to) && child.exitCode === null) await wait(2);
    child.kill(signal);
    expect(await ended).toEqual([`kdisk: ${word}; the copy of ${image}:/long to ${to} is not complete\n`, null, signal]);
    expect(statSync(to).size).toBeLessThan(LONG);
    expect(await sha256(image)).toBe(before);
  });

  it('ends a copy of a tree in the same way, and with --json too', async () => {
    const to = join(directory, `tree-${signal}`);
    const {child, ended} = start('cp', '--json', '-r', `${image}:/`, to);
    while (!existsSync(join(to, 'long')) && child.exitCode === null) await wait(2);
    child.kill(signal);
    expect(await ended).toEqual([`kdisk: ${word}; the copy of ${image}:/ to ${to} is not complete\n`, null, signal]);
  });
});
