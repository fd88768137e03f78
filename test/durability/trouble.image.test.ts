// SPDX-License-Identifier: GPL-2.0-only
// Writing where it can't go on: no room in the image or on the host, a quota, a limit, an image that may not be written.
// The file is named, the exit says so, and the image stays sound.
import {spawnSync} from 'node:child_process';
import {chmodSync, chownSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {open} from '../../src/index.ts';
import {sha256} from '../support/compare.ts';
import {makeFileSystem, unsound, type Type} from '../support/judges.ts';
import {kdisk, type Run} from '../support/kdisk.ts';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {emptyImage, isRoot, temporaryDirectory, tool} from '../support/tools.ts';
import {content} from './children/operations.mjs';

const MIB = 1 << 20;
const NO_SPACE = 7;

const directory = temporaryDirectory();
const tree = join(directory, 'tree');
const large = join(directory, 'large');

beforeAll(() => {
  chmodSync(directory, 0o755);
  mkdirSync(tree);
  for (let index = 0; index < 50; index++) writeFileSync(join(tree, `${index}`.padStart(2, '0')), content(index, 10_000));
  writeFileSync(large, content(1, 48 * MIB));
});

/** One line for each problem, no stack. */
function expectComplaint({status, stderr}: Run, exit: number, ...words: RegExp[]): void {
  expect({status, stderr}).toEqual({status: exit, stderr: expect.stringMatching(/^kdisk: .*\n$/s)});
  for (const word of words) expect(stderr).toMatch(word);
  expect(stderr).not.toMatch(/\n\s+at /);
}

/** What a journal needs is done: the image is opened for writing once more. */
async function replay(image: string): Promise<void> {
  await using opened = await open(image, {write: true});
  await opened.volume();
}

describe.each([
  ['ext4', 24],
  ['xfs', 320],
  ['btrfs', 128],
  ['f2fs', 128],
] as const)('no room in %s', (type: Type, mebibytes) => {
  it('names the file that did not fit, and keeps what did', async () => {
    const image = makeFileSystem(type, join(directory, `full-${type}.img`), mebibytes);
    expect(kdisk(['cp', '-r', tree, `${image}:/before`])).toMatchObject({status: 0, stderr: ''});
    const tooMuch = emptyImage(join(directory, `too-much-${type}`), 0);
    writeFileSync(tooMuch, Buffer.alloc((mebibytes + 1) * MIB, 'x'));
    expectComplaint(kdisk(['cp', tooMuch, `${image}:/too-much`]), NO_SPACE, /too-much/, /no space/i);
    expect(unsound(type, image)).toBe('');
    await using opened = await open(image);
    const volume = await opened.volume();
    // Nothing half is left.
    expect((await volume.readdir('/')).filter((name) => name !== 'lost+found')).toEqual(['before']);
    for (let index = 0; index < 50; index++)
      expect((await volume.readFile(`/before/${`${index}`.padStart(2, '0')}`)).equals(content(index, 10_000))).toBe(true);
  });
});

it('no inode left in the image', () => {
  const image = emptyImage(join(directory, 'inodes.img'), 16 * MIB);
  tool('mke2fs', ['-q', '-t', 'ext4', '-N', '32', image]);
  expectComplaint(kdisk(['cp', '-r', tree, `${image}:/`]), NO_SPACE, /tree\/\d\d/, /no space/i);
  expect(unsound('ext4', image)).toBe('');
});

it('a quota in the image', ({skip}) => {
  const missing = noLoopMount('btrfs');
  skip(missing !== '', missing);
  const image = makeFileSystem('btrfs', join(directory, 'quota.img'));
  {
    using host = loopMount('btrfs', image);
    tool('btrfs', ['quota', 'enable', host.path]);
    tool('btrfs', ['qgroup', 'limit', '8M', host.path]);
  }
  expectComplaint(kdisk(['cp', large, `${image}:/`]), NO_SPACE, /large/, /quota/i);
  expect(unsound('btrfs', image)).toBe('');
});

describe('no room on the host for what is written', () => {
  it.for(['ext4', 'btrfs'] as const)('of %s', async (type, {skip}) => {
    const place = join(directory, `small-${type}`);
    mkdirSync(place);
    const {status} = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', place]);
    skip(status !== 0, 'needs root: a small tmpfs');
    try {
      const image = makeFileSystem(type, join(place, 'disk.img'), 256);
      expectComplaint(kdisk(['cp', large, `${image}:/`]), NO_SPACE, /large|disk\.img/, /no space|full/i);
      // With room again, the journal brings it back.
      tool('mount', ['-o', 'remount,size=512m', place]);
      await replay(image);
      expect(unsound(type, image)).toBe('');
    } finally {
      tool('umount', [place]);
    }
  });

  // For ordinary users too: the limit is in KiB, above the RAM of the kernel, which is a file as well.
  it('or the limit on the size of files', async () => {
    const image = emptyImage(join(directory, 'limit.img'), 256 * MIB);
    // Data must go behind the limit: there is no room before it.
    tool('mke2fs', ['-q', '-t', 'ext4', '-b', '4096', '-E', 'lazy_itable_init=1', image]);
    const many = join(directory, 'many');
    mkdirSync(many);
    for (let index = 0; index < 4; index++) writeFileSync(join(many, `part-${index}`), content(index, 40 * MIB));
    const words = [process.execPath, 'bin/run.js', 'cp', '-r', many, `${image}:/`];
    const {status, signal, stderr} = spawnSync('bash', ['-c', 'ulimit -f 90000; exec "$@"', 'bash', ...words], {encoding: 'utf8'});
    expect({status, signal}).toEqual({status: NO_SPACE, signal: null});
    expect(stderr).toMatch(/^kdisk: /);
    await replay(image);
    expect(unsound('ext4', image)).toBe('');
  });
});

it('a device that fails', async ({skip}) => {
  skip(!isRoot, 'needs root and a loop device');
  const place = join(directory, 'failing');
  mkdirSync(place);
  tool('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', place]);
  try {
    const image = makeFileSystem('ext4', join(place, 'disk.img'), 128);
    const device = tool('losetup', ['-f', '--show', image]).trim();
    try {
      // Where the loop device finds no room, its user finds an I/O error.
      expectComplaint(kdisk(['cp', large, `${device}:/`]), NO_SPACE, /large|loop/);
    } finally {
      tool('losetup', ['-d', device]);
    }
    tool('mount', ['-o', 'remount,size=512m', place]);
    await replay(image);
    expect(unsound('ext4', image)).toBe('');
  } finally {
    tool('umount', [place]);
  }
});

it('an image that may not be written', async () => {
  const image = makeFileSystem('ext4', join(directory, 'forbidden.img'));
  chmodSync(image, 0o444);
  const before = await sha256(image);
  // Root may write everything.
  const user = isRoot ? {uid: 65_534, gid: 65_534} : {};
  if (isRoot) chownSync(image, 65_534, 65_534);
  expectComplaint(kdisk(['cp', large, `${image}:/`], user), NO_SPACE, /forbidden\.img/, /permission/i);
  expect(await sha256(image)).toBe(before);
});
