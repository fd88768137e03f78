// SPDX-License-Identifier: GPL-2.0-only
// Disks that are open by number, before and beside a kernel: what the synchronous calls move, and from which threads.
import {once} from 'node:events';
import {readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {Worker} from 'node:worker_threads';
import {afterEach, describe, expect, it} from 'vitest';
import type {DiskMode, DiskWindow} from '../../addon/index.d.ts';
import {addon, boot, mount} from '../support/addon.mjs';
import {emptyImage, ext4Image, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1 << 20;
const [EBADF, EFBIG, EROFS] = [9, 27, 30];
const directory = temporaryDirectory();
const path = (name: string) => join(directory, name);

const opened = new Set<number>();
afterEach(async () => {
  for (const handle of opened) await addon.closeDisk(handle);
  opened.clear();
});

async function open(image: string, mode: DiskMode, window?: DiskWindow) {
  const disk = await addon.openDisk(image, mode, window);
  opened.add(disk.handle);
  return disk;
}

async function close(handle: number) {
  opened.delete(handle);
  await addon.closeDisk(handle);
}

/** `size` bytes, each sector with its number. */
function numbered(name: string, size: number): {image: string; bytes: Buffer} {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += 4) bytes.writeUInt32LE(Math.floor(at / 512), at);
  writeFileSync(path(name), bytes);
  return {image: path(name), bytes};
}

// First: nothing has booted a kernel in this process yet.
describe('without a kernel', () => {
  it('reads, writes, discards and flushes', async () => {
    const {image, bytes} = numbered('plain', MIB);
    const {handle, size, redone} = await open(image, 'read-write');
    expect({size, redone}).toEqual({size: BigInt(MIB), redone: false});
    const target = new Uint8Array(1500);
    expect(addon.diskRead(handle, 700, target)).toBe(1500);
    expect(Buffer.from(target)).toEqual(bytes.subarray(700, 2200));
    expect(addon.diskRead(handle, 5000n, target, 100, 50)).toBe(50);
    expect(Buffer.from(target.subarray(100, 150))).toEqual(bytes.subarray(5000, 5050));

    const source = new Uint8Array(3000).fill(0xab);
    expect(addon.diskWrite(handle, 10_001, source)).toBe(3000);
    expect(addon.diskWrite(handle, 20_000n, source, 2990, 10)).toBe(10);
    expect(addon.diskDiscard(handle, 300_001, 99_999)).toBe(0);
    expect(addon.diskFlush(handle)).toBe(0);
    bytes.fill(0xab, 10_001, 13_001).fill(0xab, 20_000, 20_010).fill(0, 300_001, 400_000);
    await close(handle);
    expect(readFileSync(image).equals(bytes)).toBe(true);
    expect(addon.kernelLog()).toBe('');
  });

  it('ends where the disk does', async () => {
    const {handle} = await open(numbered('end', 4096).image, 'read-write');
    const bytes = new Uint8Array(100);
    expect(addon.diskRead(handle, 4090, bytes)).toBe(6);
    expect(addon.diskRead(handle, 4096, bytes)).toBe(0);
    expect(addon.diskRead(handle, 2n ** 63n, bytes)).toBe(0);
    expect(addon.diskWrite(handle, 4090, bytes)).toBe(6);
    expect(addon.diskWrite(handle, 4096, bytes)).toBe(-EFBIG);
    expect(addon.diskDiscard(handle, 4000, 2n ** 62n)).toBe(0);
    expect(addon.diskDiscard(handle, 4096, 1)).toBe(0);
    await close(handle);
    expect(readFileSync(path('end')).length).toBe(4096);
  });

  it('punches holes', async () => {
    const {image} = numbered('holes', 4 * MIB);
    const {handle} = await open(image, 'read-write');
    const blocks = () => Number(tool('stat', ['-c', '%b', image]));
    const before = blocks();
    expect(addon.diskDiscard(handle, MIB, 2 * MIB)).toBe(0);
    expect(blocks()).toBeLessThanOrEqual(before - 4096 + 16);
  });

  it('writes nothing to a disk that is read-only', async () => {
    const {image, bytes} = numbered('read-only', 4096);
    const {handle} = await open(image, 'read-only');
    expect(addon.diskWrite(handle, 0, new Uint8Array(512))).toBe(-EROFS);
    expect(addon.diskDiscard(handle, 0, 512)).toBe(-EROFS);
    expect(addon.diskFlush(handle)).toBe(0);
    expect(readFileSync(image).equals(bytes)).toBe(true);
  });

  it('keeps what an overlay is given to itself', async () => {
    const {image, bytes} = numbered('overlay', MIB);
    const {handle} = await open(image, 'overlay');
    const other = await open(image, 'overlay');
    const [written, back] = [Buffer.alloc(512, 'w'), Buffer.alloc(512)];
    expect(addon.diskWrite(handle, 512, written)).toBe(512);
    addon.diskRead(handle, 512, back);
    expect(back).toEqual(written);
    addon.diskRead(other.handle, 512, back);
    expect(back).toEqual(bytes.subarray(512, 1024));
    await close(handle);
    expect(readFileSync(image).equals(bytes)).toBe(true);
  });
});

describe('a window', () => {
  it('shows a partition as a disk, that the native tools agree with', async () => {
    const image = emptyImage(path('parted'), 40 * MIB);
    tool('sfdisk', ['-q', image], 'label: gpt\nstart=2048, size=16M\nstart=34816, size=16M\n');
    const table = readFileSync(image);
    const content = readFileSync(ext4Image(path('content'), 16 * MIB));
    const {handle, size} = await open(image, 'read-write', {start: BigInt(34_816 * 512), size: BigInt(16 * MIB)});
    expect(size).toBe(BigInt(16 * MIB));
    expect(addon.diskWrite(handle, 0, content)).toBe(content.length);
    expect(addon.diskWrite(handle, 16 * MIB, content)).toBe(-EFBIG);
    await close(handle);
    const after = readFileSync(image);
    expect(after.subarray(0, 34_816 * 512).equals(table.subarray(0, 34_816 * 512))).toBe(true);
    expect(after.subarray(34_816 * 512 + 16 * MIB).equals(table.subarray(34_816 * 512 + 16 * MIB))).toBe(true);
    tool('e2fsck', ['-fn', `${image}?offset=${34_816 * 512}`]);
  });

  it.each([
    ['ends behind the image', 0n, BigInt(2 * MIB)],
    ['begins behind it', BigInt(2 * MIB), 512n],
    ['wraps around', 2n ** 64n - 512n, 1024n],
    ['is empty', 0n, 0n],
    ['is no whole number of sectors', 0n, 1000n],
  ])('is refused when it %s', async (_, start, size) => {
    const image = emptyImage(path('short'), MIB);
    await expect(addon.openDisk(image, 'overlay', {start, size})).rejects.toMatchObject({code: 'EINVAL', path: image});
  });
});

describe('locks and errors', () => {
  const busy = {code: 'EBUSY', syscall: 'open'};

  it('are those of attach', async () => {
    const image = emptyImage(path('locked'), MIB);
    const writer = await open(image, 'read-write');
    for (const mode of ['overlay', 'read-only', 'read-write'] as const) {
      await expect(addon.openDisk(image, mode)).rejects.toMatchObject(busy);
    }
    await close(writer.handle);
    await open(image, 'overlay');
    await open(image, 'read-only');
    await expect(addon.openDisk(image, 'read-write')).rejects.toMatchObject(busy);
    const missing = path('missing');
    await expect(addon.openDisk(missing, 'overlay')).rejects.toMatchObject({code: 'ENOENT', path: missing});
    await expect(addon.openDisk(directory, 'overlay')).rejects.toMatchObject({code: 'EISDIR'});
  });

  it('of a number that is not open: EBADF, also for ever after', async () => {
    const {handle} = await open(emptyImage(path('closed'), MIB), 'read-write');
    await close(handle);
    const again = await open(path('closed'), 'read-write');
    expect(again.handle).not.toBe(handle);
    const bytes = new Uint8Array(8);
    expect(addon.diskRead(handle, 0, bytes)).toBe(-EBADF);
    expect(addon.diskWrite(handle, 0, bytes)).toBe(-EBADF);
    expect(addon.diskDiscard(handle, 0, 8)).toBe(-EBADF);
    expect(addon.diskFlush(handle)).toBe(-EBADF);
    await expect(addon.closeDisk(handle)).rejects.toMatchObject({code: 'EBADF', syscall: 'close'});
  });

  it('of arguments: a TypeError', async () => {
    const {handle} = await open(emptyImage(path('misuse'), MIB), 'read-write');
    const bytes = new Uint8Array(8);
    for (const wrong of [-1, 0.5, NaN, Infinity, 2 ** 60, -1n, 2n ** 64n, '0', null, undefined]) {
      expect(() => addon.diskRead(handle, wrong as number, bytes), String(wrong)).toThrow(TypeError);
      expect(() => addon.diskDiscard(handle, 0, wrong as number), String(wrong)).toThrow(TypeError);
    }
    for (const wrong of [undefined, 'bytes', new ArrayBuffer(8), new Uint16Array(4)]) {
      expect(() => addon.diskWrite(handle, 0, wrong as unknown as Uint8Array)).toThrow(TypeError);
    }
    for (const [start, length] of [[9, 0], [0, 9], [4, 5], [-1, 1], [0, undefined]]) {
      expect(() => addon.diskRead(handle, 0, bytes, start, length)).toThrow(TypeError);
    }
    expect(() => addon.diskRead('1' as unknown as number, 0, bytes)).toThrow(TypeError);
    expect(() => addon.openDisk(path('misuse'), 'rw' as DiskMode)).toThrow(TypeError);
    const window = {start: 0, size: 512} as unknown as DiskWindow;
    expect(() => addon.openDisk(path('misuse'), 'overlay', window)).toThrow(TypeError);
  });
});

describe('worker threads', () => {
  const SECTORS = 512;
  const start = (handle: number, first: number, rounds: number) =>
    new Worker(new URL('children/disk-writer.mjs', import.meta.url), {
      workerData: {handle, first, step: 2, sectors: SECTORS, rounds},
    });

  function content(handle: number): Uint32Array {
    const words = new Uint32Array((SECTORS * 512) / 4);
    expect(addon.diskRead(handle, 0, new Uint8Array(words.buffer))).toBe(words.byteLength);
    return words;
  }

  it.each(['overlay', 'read-write'] as const)('share a disk by its number (%s)', async (mode) => {
    const {handle} = await open(emptyImage(path(`shared-${mode}`), SECTORS * 512), mode);
    const ends = [start(handle, 0, 20), start(handle, 1, 20)].map(
      (worker) =>
        new Promise((resolve, reject) => {
          worker.on('message', (message) => message !== 'under way' && resolve(message)).once('error', reject);
        }),
    );
    expect(await Promise.all(ends)).toEqual([{wrong: 0}, {wrong: 0}]);
    const words = content(handle);
    expect(words.every((word, index) => word === Math.floor(index / 128))).toBe(true);
  });

  it('may be ended in the middle: the disk closes, and whole sectors are there', async () => {
    const {handle} = await open(emptyImage(path('ended'), SECTORS * 512), 'read-write');
    const worker = start(handle, 0, 1e9);
    await once(worker, 'message');
    await worker.terminate();
    const words = content(handle);
    const expected = (sector: number) => (sector % 2 === 0 ? sector : 0);
    expect(words.every((word, index) => word === expected(Math.floor(index / 128)))).toBe(true);
    await close(handle);
    // The lock is gone with it.
    await open(path('ended'), 'read-write');
  });
});

describe('with the kernel', () => {
  it('mounts what a tool wrote, and nobody else takes the disk meanwhile', async () => {
    const content = readFileSync(ext4Image(path('made'), 16 * MIB));
    const image = emptyImage(path('shown'), 16 * MIB);
    const {handle} = await open(image, 'overlay');
    expect(addon.diskWrite(handle, 0, content)).toBe(content.length);
    await expect(addon.attachDisk(handle)).rejects.toMatchObject({code: 'ERR_KDISK_NOT_BOOTED'});
    await boot();
    const disk = await addon.attachDisk(handle);
    const {unmount} = await mount(disk.device);
    await expect(addon.attachDisk(handle)).rejects.toMatchObject({code: 'EBUSY', syscall: 'attach'});
    await expect(addon.closeDisk(handle)).rejects.toMatchObject({code: 'EBUSY', syscall: 'close'});
    await expect(addon.commitDisk(handle)).rejects.toMatchObject({code: 'EBUSY', syscall: 'commit'});
    await unmount();
    await addon.detach(disk.id);
    // The kernel's own writes are the tool's to read: the mount was counted.
    const after = Buffer.alloc(2048);
    addon.diskRead(handle, 0, after);
    expect(after.readUInt16LE(1024 + 52)).toBe(content.readUInt16LE(1024 + 52) + 1);
    const again = await addon.attachDisk(handle);
    await addon.detach(again.id);
    expect(readFileSync(image).every((byte) => byte === 0)).toBe(true);
  });

  it('shows a window as a disk of its own', async () => {
    await boot();
    const image = ext4Image(path('inner'), 8 * MIB);
    truncateSync(image, 20 * MIB);
    tool('dd', [`if=${image}`, `of=${path('outer')}`, 'bs=1M', 'seek=3', 'count=8', 'status=none']);
    truncateSync(path('outer'), 20 * MIB);
    const {handle} = await open(path('outer'), 'read-only', {start: BigInt(3 * MIB), size: BigInt(8 * MIB)});
    const disk = await addon.attachDisk(handle);
    expect(disk.size).toBe(BigInt(8 * MIB));
    const {unmount} = await mount(disk.device, 'ext4', {readOnly: true});
    await unmount();
    await addon.detach(disk.id);
  });
});
