// SPDX-License-Identifier: GPL-2.0-only
// Attach and detach: how many, how often, what is refused, and where a byte of a large disk lies.
import {readdirSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import {addon, AT_FDCWD, boot, call, mount, NR, O_LARGEFILE, O_RDWR} from '../support/addon.mjs';
import {emptyImage, ext4Image, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1 << 20;
const GIB = 1024n * BigInt(MIB);
const directory = temporaryDirectory();
const path = (name: string) => join(directory, name);

/** Detached after each test, if it has not done so. */
const attached = new Set<number>();

async function attach(...args: Parameters<typeof addon.attach>) {
  const disk = await addon.attach(...args);
  attached.add(disk.id);
  return disk;
}

async function detach(id: number) {
  await addon.detach(id);
  attached.delete(id);
}

beforeAll(boot);
afterEach(async () => {
  for (const id of attached) await detach(id);
});

/** Four bytes of the disk, read by the kernel's driver. */
async function readInside(device: string, offset: bigint): Promise<string> {
  const fd = await call(NR.openat, AT_FDCWD, device, O_LARGEFILE, 0);
  const bytes = Buffer.alloc(4);
  await call(NR.pread64, fd, bytes, bytes.length, offset);
  await call(NR.close, fd);
  return bytes.toString();
}

async function readOutside(id: number, offset: bigint): Promise<string> {
  const bytes = Buffer.alloc(4);
  await addon.readDisk(id, offset, bytes);
  return bytes.toString();
}

describe('many disks', () => {
  const mark = (index: number) => `d${String(index).padStart(3, '0')}`;

  it('has room for 48 at once, each with its own content', async () => {
    const disks = [];
    for (let index = 0; index < 48; index++) {
      const image = path(`many-${index}`);
      writeFileSync(image, mark(index));
      truncateSync(image, MIB);
      disks.push(await attach(image, 'overlay'));
    }
    await expect(addon.attach(path('many-0'), 'overlay')).rejects.toMatchObject({code: 'EMFILE', syscall: 'attach'});
    expect(new Set(disks.map(({name}) => name)).size).toBe(48);
    for (const [index, disk] of disks.entries()) expect(await readInside(disk.device, 0n)).toBe(mark(index));
    // From the middle outwards, and into the gaps again.
    for (const id of [20, 5, 47, 0]) await detach(id);
    const again = await attach(path('many-30'), 'overlay');
    expect(again.id).toBe(0);
    expect(await readInside(again.device, 0n)).toBe(mark(30));
    expect(await readInside(disks[46]!.device, 0n)).toBe(mark(46));
  });

  it('gives back everything when they go, 100 times over', async () => {
    const image = emptyImage(path('gpt'), 8 * MIB);
    tool('sfdisk', ['-q', image], 'label: gpt\nsize=1M, name="first part"\nsize=2M\n');
    const round = async () => {
      const disk = await attach(image, 'overlay');
      expect(disk).toEqual({
        id: 0,
        name: 'vda',
        size: BigInt(8 * MIB),
        device: '/dev/vda',
        partitions: [
          {index: 1, start: BigInt(MIB), size: BigInt(MIB), name: 'first part', device: '/dev/vda1'},
          {index: 2, start: BigInt(2 * MIB), size: BigInt(2 * MIB), name: '', device: '/dev/vda2'},
        ],
      });
      await detach(disk.id);
    };
    const descriptors = () => readdirSync('/proc/self/fd').length;
    await round();
    const before = descriptors();
    for (let count = 0; count < 100; count++) await round();
    expect(descriptors()).toBe(before);
  });
});

describe('beyond 4 GiB', () => {
  it('reads and writes where it was told', async () => {
    const image = emptyImage(path('huge'), Number(9n * GIB));
    const disk = await attach(image, 'read-write');
    expect(disk.size).toBe(9n * GIB);
    const fd = await call(NR.openat, AT_FDCWD, disk.device, O_RDWR | O_LARGEFILE, 0);
    // The same place in each 4 GiB: an offset cut to 32 bits would mix them up.
    const places: [string, bigint][] = [['zero', 4096n], ['four', 4n * GIB + 4096n], ['last', 8n * GIB + 4096n]];
    for (const [word, offset] of places) await call(NR.pwrite64, fd, Buffer.from(word), 4, offset);
    await call(NR.close, fd);
    await detach(disk.id);
    for (const [word, offset] of places) {
      expect(tool('dd', [`if=${image}`, 'bs=4', 'count=1', `skip=${offset / 4n}`, 'status=none'])).toBe(word);
    }
    const overlay = await attach(image, 'overlay');
    for (const [word, offset] of places) {
      expect(await readInside(overlay.device, offset)).toBe(word);
      expect(await readOutside(overlay.id, offset)).toBe(word);
    }
  });

  it('mounts a partition that starts there', async () => {
    const image = emptyImage(path('far'), Number(6n * GIB));
    const start = 5n * GIB;
    tool('sfdisk', ['-q', image], `label: gpt\nstart=${start / 512n}, size=32M\n`);
    tool('mke2fs', ['-q', '-t', 'ext4', '-L', 'far', '-E', `offset=${start}`, image, '32M']);
    const disk = await attach(image, 'read-only');
    expect(disk.partitions).toMatchObject([{start, size: BigInt(32 * MIB)}]);
    const {unmount} = await mount(disk.partitions[0]!.device, 'ext4', {readOnly: true});
    await unmount();
  });
});

describe('readDisk', () => {
  it('ends where the disk does, and has nothing beyond', async () => {
    const image = path('end');
    writeFileSync(image, Buffer.alloc(1024, 'x'));
    const {id} = await attach(image, 'read-only');
    const target = Buffer.alloc(4096);
    expect(await addon.readDisk(id, 1000n, target)).toBe(24);
    expect(target.toString('latin1')).toBe('x'.repeat(24) + '\0'.repeat(4072));
    expect(await addon.readDisk(id, 1024n, target)).toBe(0);
    expect(await addon.readDisk(id, 1n << 62n, target)).toBe(0);
  });
});

describe('what is refused', () => {
  it.each([
    ['nothing there', 'missing', 'ENOENT'],
    ['a directory', '.', 'EISDIR'],
    ['a character device', '/dev/null', 'EINVAL'],
    ['a fifo, without waiting for its writer', 'fifo', 'EINVAL'],
    ['an empty file', 'empty', 'EINVAL'],
    ['less than a sector', 'tiny', 'EINVAL'],
  ])('%s', async (_, name, code) => {
    if (name === 'fifo') tool('mkfifo', [path('fifo')]);
    if (name === 'empty') writeFileSync(path('empty'), '');
    if (name === 'tiny') writeFileSync(path('tiny'), 'x'.repeat(511));
    const image = name.startsWith('/') ? name : path(name);
    await expect(addon.attach(image, 'read-only')).rejects.toMatchObject({code, syscall: 'open', path: image});
  });

  it('to detach a disk while it or a partition of it is mounted', async () => {
    const disk = await attach(ext4Image(path('mounted'), 8 * MIB), 'overlay');
    const whole = await mount(disk.device);
    await expect(addon.detach(disk.id)).rejects.toMatchObject({code: 'EBUSY'});
    await whole.unmount();
    await detach(disk.id);

    const parted = await attach(path('far'), 'overlay');
    const partition = await mount(parted.partitions[0]!.device);
    await expect(addon.detach(parted.id)).rejects.toMatchObject({code: 'EBUSY'});
    await partition.unmount();
    await detach(parted.id);
  });

  it('to use a number without a disk', async () => {
    await expect(addon.detach(7)).rejects.toMatchObject({code: 'EBADF'});
    await expect(addon.detach(1_000_000)).rejects.toMatchObject({code: 'EBADF'});
    await expect(addon.readDisk(7, 0n, new Uint8Array(1))).rejects.toMatchObject({code: 'EBADF'});
  });
});
