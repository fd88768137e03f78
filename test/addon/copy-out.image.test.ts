// SPDX-License-Identifier: GPL-2.0-only
// Copies out of an image arrive as they were there: content, holes, links, special files, modes, times, any depth.
import {randomBytes} from 'node:crypto';
import {
  chmodSync,
  closeSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {CopyProblem, CopyProgress} from '../../addon/index.d.ts';
import {addon, AT_FDCWD, boot, call, callBelow, copyOut, mount, NR, O_DIRECTORY} from '../support/addon.mjs';
import {ext4Image, isRoot, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1 << 20;
const [EPERM, ENOENT, EISDIR] = [1, 2, 21];
const S_IFSOCK = 0o140000;
const S_IFIFO = 0o010000;
const S_IFCHR = 0o020000;
const TIME = new Date('2001-02-03T04:05:06Z');
const ZERO_DEVICE = (1 << 8) | 5;
const DEPTH = 3000;

const directory = temporaryDirectory();
const tree = join(directory, 'tree');
const out = join(directory, 'out');
let root = -1;

const show = (problems: CopyProblem[]) => problems.map(({path, ...problem}) => ({path: path.toString(), ...problem}));
const copied = {problems: []};

function makeTree(): void {
  mkdirSync(join(tree, 'files/sub'), {recursive: true});
  mkdirSync(join(tree, 'locked'));
  for (let index = 0; index < 300; index++) writeFileSync(join(tree, `files/f${index}`), `file ${index}`);
  writeFileSync(join(tree, 'empty'), '');
  writeFileSync(join(tree, 'large'), randomBytes(5 * MIB + 1));
  writeFileSync(join(tree, 'tool'), '#!/bin/sh\n');
  writeFileSync(join(tree, 'locked/inside'), 'inside');
  writeFileSync(join(tree, 'sparse'), Buffer.alloc(1));
  truncateSync(join(tree, 'sparse'), 10 * MIB);
  writeFileSync(join(tree, 'sparse'), 'in the middle', {flag: 'a'});
  truncateSync(join(tree, 'sparse'), 40 * MIB);
  symlinkSync('tool', join(tree, 'relative'));
  symlinkSync('/tool', join(tree, 'absolute'));
  symlinkSync('../../../../../tool', join(tree, 'files/climbing'));
  symlinkSync('nowhere', join(tree, 'dangling'));
  chmodSync(join(tree, 'tool'), 0o4755);
  chmodSync(join(tree, 'locked'), 0o500);
  for (const name of readdirSync(tree, {recursive: true}) as string[]) {
    (lstatSync(join(tree, name)).isSymbolicLink() ? lutimesSync : utimesSync)(join(tree, name), TIME, TIME);
  }
}

/** What needs root, or no host path would reach: made inside, in the overlay. */
async function makeInside(): Promise<void> {
  await callBelow(root, NR.mkdirat, AT_FDCWD, '/special', 0o755);
  await callBelow(root, NR.mknodat, AT_FDCWD, '/special/fifo', S_IFIFO | 0o640, 0);
  await callBelow(root, NR.mknodat, AT_FDCWD, '/special/socket', S_IFSOCK | 0o640, 0);
  await callBelow(root, NR.mknodat, AT_FDCWD, '/special/zero', S_IFCHR | 0o640, ZERO_DEVICE);
  await callBelow(root, NR.mkdirat, AT_FDCWD, '/deep', 0o755);
  let here = await callBelow(root, NR.openat, AT_FDCWD, '/deep', O_DIRECTORY, 0);
  for (let level = 0; level < DEPTH; level++) {
    await call(NR.mkdirat, here, 'd', 0o755);
    const below = await call(NR.openat, here, 'd', O_DIRECTORY, 0);
    await call(NR.close, here);
    here = below;
  }
  await call(NR.mknodat, here, 'leaf', S_IFIFO | 0o600, 0);
  await call(NR.close, here);
}

beforeAll(async () => {
  makeTree();
  mkdirSync(out);
  const image = ext4Image(join(directory, 'disk.img'), 64 * MIB, tree);
  await boot();
  ({root} = await mount((await addon.attach(image, 'overlay')).device));
  await makeInside();
});

// Node's own way stops at paths of 4,096 bytes, and at directories that their owner may not write.
afterAll(() => void tool('sh', ['-c', 'chmod -R u+w "$0" && rm -rf "$0"', directory]));

describe('a tree', () => {
  const target = join(out, 'preserved');

  it('arrives with its content and links', async () => {
    const names = ['files', 'locked', 'large', 'empty', 'sparse', 'tool', 'relative', 'absolute', 'dangling'];
    mkdirSync(target);
    const result = await copyOut(
      root,
      names.map((name) => [`/${name}`, join(target, name)]),
      {recursive: true},
    );
    expect(result).toMatchObject({...copied, files: 305, directories: 3, links: 4});
    // Prints what differs and fails.
    tool('diff', ['-r', '--no-dereference', tree, target]);
  });

  it('keeps modes and times', () => {
    for (const name of readdirSync(tree, {recursive: true}) as string[]) {
      const [wanted, got] = [tree, target].map((top) => lstatSync(join(top, name)));
      const {mode, mtimeMs} = wanted!;
      expect({name, mode: got!.mode, mtimeMs: got!.mtimeMs}).toEqual({name, mode, mtimeMs});
    }
  });

  it('takes the umask and the present when asked', async () => {
    const pairs: [string, string][] = [
      ['/tool', join(out, 'tool')],
      ['/locked', join(out, 'locked')],
    ];
    expect(await copyOut(root, pairs, {recursive: true, mode: false, times: false})).toMatchObject(copied);
    expect(lstatSync(join(out, 'tool')).mode & 0o7777).toBe(0o755 & ~process.umask());
    expect(lstatSync(join(out, 'tool')).mtimeMs).toBeGreaterThan(TIME.getTime());
    // Filled, although its mode would not let its owner.
    expect(lstatSync(join(out, 'locked')).mode & 0o7777).toBe(0o500 & ~process.umask());
    expect(readFileSync(join(out, 'locked/inside'), 'utf8')).toBe('inside');
  });

  it('has its holes still', () => {
    const {size, blocks} = statSync(join(target, 'sparse'));
    expect(size).toBe(40 * MIB);
    expect(blocks * 512).toBeLessThan(MIB);
  });

  it(`may be ${DEPTH} levels deep`, async () => {
    const result = await copyOut(root, [['/deep', join(out, 'deep')]], {recursive: true});
    expect(result).toMatchObject({...copied, directories: DEPTH + 1, specials: 1});
    let fd = openSync(join(out, 'deep'), 'r');
    for (let level = 0; level < DEPTH; level++) {
      const below = openSync(`/proc/self/fd/${fd}/d`, 'r');
      closeSync(fd);
      fd = below;
    }
    expect(lstatSync(`/proc/self/fd/${fd}/leaf`).isFIFO()).toBe(true);
    closeSync(fd);
  });
});

describe('special files', () => {
  it('are made again, devices for root only', async () => {
    const target = join(out, 'special');
    const {problems} = await copyOut(root, [['/special', target]], {recursive: true});
    expect(lstatSync(join(target, 'fifo')).isFIFO()).toBe(true);
    expect(lstatSync(join(target, 'fifo')).mode & 0o777).toBe(0o640);
    expect(lstatSync(join(target, 'socket')).isSocket()).toBe(true);
    if (isRoot) {
      expect(problems).toEqual([]);
      expect(lstatSync(join(target, 'zero')).isCharacterDevice()).toBe(true);
      expect(lstatSync(join(target, 'zero')).rdev).toBe(ZERO_DEVICE);
    } else {
      expect(show(problems)).toEqual([{path: '/special/zero', errno: EPERM, side: 'target', step: 'special'}]);
    }
  });
});

describe('a named link', () => {
  it('is copied as a link unless it is to be followed', async () => {
    expect(await copyOut(root, [['/relative', join(out, 'link')]])).toMatchObject({...copied, links: 1});
    expect(readlinkSync(join(out, 'link'))).toBe('tool');
  });

  const links = ['/relative', '/absolute', '/files/climbing'];
  it.each(links)('%s leads to a file of the image, not of the host', async (from) => {
    const target = join(out, `followed-${from.replaceAll('/', '-')}`);
    expect(await copyOut(root, [[from, target]], {follow: true})).toMatchObject({...copied, files: 1});
    expect(readFileSync(target, 'utf8')).toBe('#!/bin/sh\n');
  });
});

describe('what cannot be copied', () => {
  it('is reported, and the rest is copied', async () => {
    const names = ['missing', 'files', 'dangling', 'tool'];
    const pairs = names.map((name): [string, string] => [`/${name}`, join(out, `rest-${name}`)]);
    const {problems, files} = await copyOut(root, pairs, {follow: true});
    expect(show(problems)).toEqual([
      {path: '/missing', errno: ENOENT, side: 'source', step: 'stat'},
      {path: '/files', errno: EISDIR, side: 'source', step: 'open'},
      {path: '/dangling', errno: ENOENT, side: 'source', step: 'stat'},
    ]);
    expect(files).toBe(1);
    expect(readdirSync(out).filter((name) => name.startsWith('rest-'))).toEqual(['rest-tool']);
  });
});

describe('progress', () => {
  // Never done: only the function below ends it.
  const forEver = Array.from({length: 100_000}, (): [string, string] => ['/large', join(out, 'for-ever')]);

  it('only grows', async () => {
    const seen: CopyProgress[] = [];
    const enough = new Error('enough');
    const copy = copyOut(root, forEver, {}, (state) => {
      seen.push(state);
      if (seen.length === 4) throw enough;
    });
    // What the function throws is what the copy rejects with.
    await expect(copy).rejects.toBe(enough);
    // A late event loop may be told the same twice.
    const bytes = seen.map((state) => state.bytes);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    expect(bytes.at(-1)).toBeGreaterThan(bytes[0]!);
    // Neither half a file nor a broken kernel stays behind.
    expect(readdirSync(out)).not.toContain('for-ever');
    const after = await copyOut(root, [['/large', join(out, 'after')]]);
    expect(after).toMatchObject({...copied, files: 1, bytes: 5 * MIB + 1});
  });
});
