// SPDX-License-Identifier: GPL-2.0-only
// readOnce: the bytes that pread64 gives, at any position and length, holes and errors included.
import {randomBytes} from 'node:crypto';
import {mkdirSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {addon, AT_FDCWD, boot, call, callBelow, copyOut, mount, NR, O_RDWR} from '../support/addon.mjs';
import {ext4Image, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1 << 20;
const EIO = 5;
const EBADF = 9;
const EISDIR = 21;

const directory = temporaryDirectory();
const image = join(directory, 'disk.img');
// Data, a hole in the middle, data, and an end within a block.
const content = Buffer.concat([randomBytes(MIB), Buffer.alloc(MIB), randomBytes(MIB + 1234)]);
let root = -1;
let fd = -1;

const openFile = (below: number, name: string, flags = 0) => callBelow(below, NR.openat, AT_FDCWD, name, flags, 0);

beforeAll(async () => {
  const tree = join(directory, 'tree');
  mkdirSync(tree);
  writeFileSync(join(tree, 'file'), content);
  ext4Image(image, 16 * MIB, tree);
  await boot();
  ({root} = await mount((await addon.attach(image, 'overlay')).device));
  fd = await openFile(root, '/file');
});

describe('a file', () => {
  it.each([
    ['all of it, and room for more', 0, 4 * MIB],
    ['whole blocks', 8192, MIB],
    ['across the hole', MIB - 4096, MIB + 8192],
    ['inside the hole', MIB + 4096, 65536],
    ['an odd position', 4095, 100_000],
    ['an odd length', 4096, 12_345],
    ['one byte', MIB - 1, 1],
    ['past the last block', 3 * MIB + 1000, 4096],
    ['at the end', content.length, 4096],
    ['beyond the end', content.length + MIB, 4096],
    ['nothing', 0, 0],
  ])('%s', async (_, position, length) => {
    // Not aligned in memory either, and nothing before or behind is touched.
    const memory = Buffer.alloc(length + 2, 0x55);
    const wanted = content.subarray(position, position + length);
    expect(await addon.readOnce(root, fd, memory.subarray(1, length + 1), position)).toBe(wanted.length);
    expect(memory.subarray(1, wanted.length + 1).equals(wanted)).toBe(true);
    expect([memory[0], memory[length + 1]]).toEqual([0x55, 0x55]);
  });

  it('is read as it was written a moment ago', async () => {
    const writable = await openFile(root, '/file', O_RDWR);
    const word = Buffer.from('still in the page cache');
    await call(NR.pwrite64, writable, word, word.length, 8192);
    const page = Buffer.alloc(4096);
    expect(await addon.readOnce(root, fd, page, 8192)).toBe(4096);
    expect(page.subarray(0, word.length).toString()).toBe(word.toString());
    await call(NR.pwrite64, writable, content.subarray(8192), word.length, 8192);
    await call(NR.close, writable);
  });
});

describe('what cannot be read', () => {
  it('is a negative errno', async () => {
    const top = await openFile(root, '/');
    expect(await addon.readOnce(root, 999, Buffer.alloc(4096), 0)).toBe(-EBADF);
    expect(await addon.readOnce(root, top, Buffer.alloc(4096), 0)).toBe(-EISDIR);
    await call(NR.close, top);
  });

  it('is an error of the disk too, and of the disk alone', async () => {
    const short = join(directory, 'short.img');
    tool('cp', [image, short]);
    const damaged = await addon.attach(short, 'overlay');
    const {root: inside, unmount} = await mount(damaged.device, 'ext4', {readOnly: true});
    const open = await openFile(inside, '/file');
    const [first] = tool('debugfs', ['-R', 'bmap /file 0', short]).trim().split(/\s+/);
    const blockSize = Number(/Block size:\s+(\d+)/.exec(tool('dumpe2fs', ['-h', short]))![1]);
    truncateSync(short, Number(first) * blockSize);
    expect(await addon.readOnce(inside, open, Buffer.alloc(MIB), 0)).toBe(-EIO);
    await call(NR.close, open);
    await unmount();
    await addon.detach(damaged.id);
    const copy = await copyOut(root, [['/file', join(directory, 'copy')]]);
    expect(copy).toMatchObject({problems: [], bytes: content.length});
  });
});
