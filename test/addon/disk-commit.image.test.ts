// SPDX-License-Identifier: GPL-2.0-only
// An overlay's changes become the image's: which they are, that they get there, and what keeps them from it.
// (More kills: addon/test/redo_journal_test.cc.)
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, it, onTestFinished, type TestContext} from 'vitest';
import type {DiskMode, DiskWindow} from '../../addon/index.d.ts';
import {addon, AT_FDCWD, boot, call, callBelow, mount, NR, O_CREAT, O_RDWR} from '../support/addon.mjs';
import {runChild} from '../support/child.ts';
import {emptyImage, ext4Image, isRoot, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1 << 20;
const ENOSPC = 28;
const directory = temporaryDirectory();
const path = (name: string) => join(directory, name);

beforeAll(boot);

/** Closed at the end of the test. */
async function open(image: string, mode: DiskMode, window?: DiskWindow): Promise<number> {
  const {handle} = await addon.openDisk(image, mode, window);
  onTestFinished(() => addon.closeDisk(handle).catch(() => {}));
  return handle;
}

/** In the kernel: a file /new with this content. */
async function addFile(handle: number, content: string) {
  const disk = await addon.attachDisk(handle);
  const {root, unmount} = await mount(disk.device);
  const fd = await callBelow(root, NR.openat, AT_FDCWD, '/new', O_RDWR | O_CREAT, 0o644);
  await call(NR.write, fd, Buffer.from(content), content.length);
  await call(NR.close, fd);
  await unmount();
  await addon.detach(disk.id);
}

/** The image with the overlay's bytes at all places that are said to differ. */
function patched(handle: number, image: string): Buffer {
  const bytes = readFileSync(image);
  for (const {offset, length} of addon.diskChanges(handle)) {
    expect(addon.diskRead(handle, offset, bytes, Number(offset), Number(length))).toBe(Number(length));
  }
  return bytes;
}

describe('a commit', () => {
  it('is what the overlay showed, in the image', async () => {
    const image = ext4Image(path('committed'), 16 * MIB);
    const before = sha256(image);
    const handle = await open(image, 'overlay');
    expect(addon.diskChanges(handle)).toEqual([]);
    await addFile(handle, 'in the overlay');
    expect(sha256(image)).toBe(before);

    const changes = addon.diskChanges(handle);
    const sum = changes.reduce((total, {length}) => total + Number(length), 0);
    expect(sum).toBeGreaterThan(4096);
    expect(sum).toBeLessThan(2 * MIB);
    changes.slice(1).forEach(({offset}, index) => {
      expect(offset).toBeGreaterThan(changes[index]!.offset + changes[index]!.length);
    });
    const expected = patched(handle, image);
    const seen: {done: number; total: number}[] = [];
    expect(await addon.commitDisk(handle, (state) => seen.push(state))).toEqual({bytes: sum, journal: true});
    expect(seen.at(-1)).toEqual({done: 2 * sum, total: 2 * sum});
    expect(readFileSync(image).equals(expected)).toBe(true);
    expect(addon.diskChanges(handle)).toEqual([]);
    expect(readdirSync(directory).filter((name) => name.includes('redo'))).toEqual([]);

    // Locked as for writing, until it is closed.
    await expect(addon.openDisk(image, 'read-only')).rejects.toMatchObject({code: 'EBUSY'});
    expect(await addon.commitDisk(handle)).toEqual({bytes: 0, journal: false});
    await addon.closeDisk(handle);
    tool('e2fsck', ['-fn', image]);
    expect(tool('debugfs', ['-R', 'cat /new', image])).toBe('in the overlay');
  });

  it('of a window changes nothing around it, by a symbolic link too', async () => {
    const inner = readFileSync(ext4Image(path('inner'), 8 * MIB));
    const image = emptyImage(path('windowed'), 24 * MIB);
    symlinkSync(image, path('link'));
    const handle = await open(path('link'), 'overlay', {start: BigInt(8 * MIB), size: BigInt(8 * MIB)});
    addon.diskWrite(handle, 0, inner);
    const [first] = addon.diskChanges(handle);
    expect(first!.offset).toBe(0n);
    await addon.commitDisk(handle);
    await addon.closeDisk(handle);
    const bytes = readFileSync(image);
    expect(bytes.subarray(8 * MIB, 16 * MIB).equals(inner)).toBe(true);
    expect(bytes.subarray(0, 8 * MIB).every((byte) => byte === 0)).toBe(true);
    expect(bytes.subarray(16 * MIB).every((byte) => byte === 0)).toBe(true);
  });

  it('keeps holes, and makes some of what was discarded', async () => {
    const image = emptyImage(path('sparse'), 64 * MIB);
    tool('dd', ['if=/dev/urandom', `of=${image}`, 'bs=1M', 'count=8', 'seek=8', 'conv=notrunc', 'status=none']);
    const handle = await open(image, 'overlay');
    addon.diskDiscard(handle, 0, 32 * MIB);
    addon.diskWrite(handle, 40 * MIB, Buffer.alloc(MIB, 'x'));
    // Zeroes where there were zeroes.
    addon.diskWrite(handle, 50 * MIB, Buffer.alloc(MIB));
    const range = (offset: number, length: number) => ({offset: BigInt(offset), length: BigInt(length)});
    expect(addon.diskChanges(handle)).toEqual([range(8 * MIB, 8 * MIB), range(40 * MIB, MIB)]);
    expect(await addon.commitDisk(handle)).toEqual({bytes: 9 * MIB, journal: true});
    expect(Number(tool('stat', ['-c', '%b', image]))).toBeLessThan(3 * 2048);
  });

  it('needs an overlay', async () => {
    const handle = await open(emptyImage(path('no-overlay'), MIB), 'read-write');
    await expect(addon.commitDisk(handle)).rejects.toMatchObject({code: 'EINVAL', syscall: 'commit'});
    expect(() => addon.diskChanges(handle)).toThrow(expect.objectContaining({code: 'EINVAL'}));
    expect(() => addon.diskChanges(1e6)).toThrow(expect.objectContaining({code: 'EBADF'}));
    await expect(addon.commitDisk(1e6)).rejects.toMatchObject({code: 'EBADF'});
  });

  it('is refused while others read, or when another program wrote meanwhile', async () => {
    const image = ext4Image(path('contended'), 8 * MIB);
    const handle = await open(image, 'overlay');
    addon.diskWrite(handle, 4 * MIB, Buffer.alloc(4096, 'x'));
    const reader = await open(image, 'read-only');
    await expect(addon.commitDisk(handle)).rejects.toMatchObject({code: 'EBUSY', syscall: 'open', path: image});
    await addon.closeDisk(reader);
    tool('tune2fs', ['-L', 'changed', image]);
    const before = sha256(image);
    await expect(addon.commitDisk(handle)).rejects.toMatchObject({code: 'ESTALE', path: image});
    expect(sha256(image)).toBe(before);
  });
});

describe('a commit that is killed', () => {
  it('is ended by whoever opens the image next, the kernel too, or has not begun', async () => {
    const size = 16 * MIB;
    const source = ext4Image(path('after'), size);
    tool('dd', ['if=/dev/urandom', `of=${path('random')}`, 'bs=1M', 'count=12', 'status=none']);
    tool('debugfs', ['-w', '-R', `write ${path('random')} random`, source]);
    const [before, after] = [sha256(emptyImage(path('killed'), size)), sha256(source)];
    let ended = 0;
    // While the journal is written, and while it is carried out.
    for (const part of [0.3, 0.51, 0.6, 0.52, 0.7]) {
      const image = emptyImage(path('killed'), size);
      const {stdout, stderr} = await runChild('commit-killed', [image, source, String(part)]);
      expect({stdout, stderr}).toEqual({stdout: '', stderr: ''});
      const journal = existsSync(`${image}.kdisk-redo`);
      const middle = sha256(image);
      // In memory alone, for those who read.
      const {handle, redone} = await addon.openDisk(image, 'overlay');
      expect(redone).toBe(journal);
      const shown = Buffer.alloc(size);
      addon.diskRead(handle, 0, shown);
      await addon.closeDisk(handle);
      expect(sha256(image)).toBe(middle);
      await addon.detach((await addon.attach(image, 'read-write')).id);
      const now = sha256(image);
      expect(now).toBe(journal || middle === after ? after : before);
      expect(createHash('sha256').update(shown).digest('hex')).toBe(now);
      expect(readdirSync(directory).filter((name) => name.startsWith('killed'))).toEqual(['killed']);
      if (journal && middle !== after) ended++;
    }
    expect(ended).toBeGreaterThan(0);
  }, 120_000);
});

/** A tmpfs of this size, for the length of the test. */
function tmpfs({skip}: TestContext, name: string, size: string): string {
  mkdirSync(path(name));
  skip(!isRoot, 'needs root: a small tmpfs');
  tool('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path(name)]);
  onTestFinished(() => void spawnSync('umount', ['-l', path(name)]));
  return path(name);
}

describe('a host without room', () => {
  it('fails a write, and the close tells', async (context) => {
    const image = emptyImage(join(tmpfs(context, 'full', '1m'), 'image'), 8 * MIB);
    const {handle} = await addon.openDisk(image, 'read-write');
    let result = 0;
    const bytes = Buffer.alloc(65536, 'x');
    for (let at = 0; at < 8 * MIB && result >= 0; at += bytes.length) result = addon.diskWrite(handle, at, bytes);
    expect(result).toBe(-ENOSPC);
    await expect(addon.closeDisk(handle)).rejects.toMatchObject({code: 'ENOSPC', syscall: 'write', path: image});
    // It is closed all the same.
    await addon.closeDisk((await addon.openDisk(image, 'read-write')).handle);
  });

  it('leaves the image as it was when there is none for the journal, and none for the image', async (context) => {
    const image = emptyImage(join(tmpfs(context, 'tight', '3m'), 'image'), 8 * MIB);
    const before = sha256(image);
    const handle = await open(image, 'overlay');
    addon.diskWrite(handle, 0, Buffer.alloc(4 * MIB, 'x'));
    await expect(addon.commitDisk(handle)).rejects.toMatchObject({code: 'ERR_NO_REDO'});
    expect(sha256(image)).toBe(before);

    const other = await open(emptyImage(join(path('tight'), 'other'), 8 * MIB), 'overlay');
    addon.diskWrite(other, 0, Buffer.alloc(2 * MIB, 'x'));
    await expect(addon.commitDisk(other)).rejects.toMatchObject({code: 'ENOSPC'});
    expect(sha256(join(path('tight'), 'other'))).toBe(before);
    expect(readdirSync(path('tight')).sort()).toEqual(['image', 'other']);
  });

  it('writes nothing where all is read-only', async (context) => {
    const place = tmpfs(context, 'frozen', '16m');
    const image = ext4Image(join(place, 'image'), 8 * MIB);
    const before = sha256(image);
    tool('mount', ['-o', 'remount,ro', place]);
    await expect(addon.openDisk(image, 'read-write')).rejects.toMatchObject({code: 'EROFS'});
    const handle = await open(image, 'overlay');
    await addFile(handle, 'not to be kept');
    const refused = {code: 'EROFS', path: image};
    await expect(addon.commitDisk(handle, undefined, {unsafe: true})).rejects.toMatchObject(refused);
    expect(sha256(image)).toBe(before);
  });
});

describe('a block device', () => {
  it('has no place for a journal: the caller decides', async ({skip}) => {
    const image = ext4Image(path('behind'), 16 * MIB);
    const {status, stdout} = spawnSync('losetup', ['-f', '--show', image], {encoding: 'utf8'});
    skip(status !== 0, 'needs root and a loop device');
    const device = stdout.trim();
    onTestFinished(() => void tool('losetup', ['-d', device]));
    const handle = await open(device, 'overlay');
    await addFile(handle, 'through the device');
    const before = sha256(image);
    await expect(addon.commitDisk(handle)).rejects.toMatchObject({code: 'ERR_NO_REDO'});
    expect(sha256(image)).toBe(before);
    expect(await addon.commitDisk(handle, undefined, {unsafe: true})).toMatchObject({journal: false});
    await addon.closeDisk(handle);
    tool('e2fsck', ['-fn', image]);
    expect(tool('debugfs', ['-R', 'cat /new', image])).toBe('through the device');
  });
});

describe('the journal of another image', () => {
  it('is refused, by attach too, with what to do', async () => {
    const image = ext4Image(path('mine'), 8 * MIB);
    copyFileSync(image, `${image}.kdisk-redo`);
    const before = sha256(image);
    for (const mode of ['overlay', 'read-only', 'read-write'] as const) {
      const refusal = {code: 'ERR_REDO_DAMAGED', message: expect.stringContaining('move it away')};
      await expect(addon.openDisk(image, mode)).rejects.toMatchObject(refusal);
      await expect(addon.attach(image, mode)).rejects.toMatchObject(refusal);
    }
    expect(sha256(image)).toBe(before);
    expect(existsSync(`${image}.kdisk-redo`)).toBe(true);
  });
});
