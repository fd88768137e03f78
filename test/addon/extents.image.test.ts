// SPDX-License-Identifier: GPL-2.0-only
// Content that goes from the image to the host past the kernel (addon/tree/extents.h): the same bytes as on the way
// through it, and only where the image holds them as they are. Which way was taken is told by the kernel's own count of
// sectors read.
import {randomBytes} from 'node:crypto';
import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {addon, AT_FDCWD, boot, call, callBelow, copyOut, NR, O_CREAT, O_DIRECTORY, O_RDWR} from '../support/addon.mjs';
import {emptyImage, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1 << 20;
const KIB = 1 << 10;
const SYNCFS = 267;
const FSYNC = 82;
const FTRUNCATE = 46;
const IOCTL = 29;
const [MS_RDONLY, MS_NOATIME] = [1, 1024];
const FICLONE = 0x40049409;
const ADD_KEY = 0xc0506617;
const SET_POLICY = 0x800c6613;

const directory = temporaryDirectory();
const path = (name: string) => join(directory, name);
const pattern = (size: number) => Buffer.alloc(size, 'easy to compress, ');

type Files = Map<string, Buffer>;

interface Mounted {
  root: number;
  /** Of the whole disk, as in /sys/block. */
  name: string;
  close(): Promise<void>;
}

async function open(image: string, type: string, mode: 'overlay' | 'read-write', options = ''): Promise<Mounted> {
  const disk = await addon.attach(image, mode);
  const device = disk.partitions[0]?.device ?? disk.device;
  const {root, unmount} = await mountAt(device, type, mode === 'overlay' ? MS_RDONLY : MS_NOATIME, options);
  return {
    root,
    name: disk.device.replace('/dev/', ''),
    close: async () => {
      await unmount();
      await addon.detach(disk.id);
    },
  };
}

async function mountAt(device: string, type: string, flags: number, options: string) {
  const place = `/mnt-${device.replace('/dev/', '')}`;
  await addon.syscall(-1, NR.mkdirat, AT_FDCWD, place, 0o755);
  const mounted = await addon.syscall(-1, NR.mount, device, place, type, flags, options || null);
  if (mounted < 0) throw new Error(`mount: errno ${-mounted}; ${addon.kernelLog().slice(-500)}`);
  const root = await call(NR.openat, AT_FDCWD, place, O_DIRECTORY, 0);
  const unmount = async () => {
    await call(SYNCFS, root);
    await call(NR.close, root);
    await call(NR.umount2, place, 0);
  };
  return {root, unmount};
}

async function bytesRead(disk: string): Promise<number> {
  const fd = await call(NR.openat, AT_FDCWD, `/sys/block/${disk}/stat`, 0, 0);
  const text = Buffer.alloc(500);
  const size = await call(NR.pread64, fd, text, text.length, 0);
  await call(NR.close, fd);
  return Number(text.toString('ascii', 0, size).trim().split(/\s+/)[2]) * 512;
}

const create = (root: number, name: string) => callBelow(root, NR.openat, AT_FDCWD, name, O_RDWR | O_CREAT, 0o644);

async function write(fd: number, bytes: Buffer, position: number, sync = false): Promise<void> {
  expect(await call(NR.pwrite64, fd, bytes, bytes.length, position)).toBe(bytes.length);
  if (sync) await call(FSYNC, fd);
}

async function put(root: number, name: string, content: Buffer): Promise<void> {
  const fd = await create(root, name);
  for (let at = 0; at < content.length; at += MIB) await write(fd, content.subarray(at, at + MIB), at);
  await call(FSYNC, fd);
  await call(NR.close, fd);
}

/** Two files whose pieces of `step` bytes lie between each other's. */
async function interleave(root: number, names: [string, string], step: number, steps: number): Promise<Buffer[]> {
  const contents = names.map(() => randomBytes(step * steps));
  const fds = [await create(root, names[0]), await create(root, names[1])];
  for (let index = 0; index < steps; index++)
    for (const [which, content] of contents.entries())
      await write(fds[which]!, content.subarray(index * step, (index + 1) * step), index * step, true);
  for (const fd of fds) await call(NR.close, fd);
  return contents;
}

/** Files that lie on the disk in all the ways a plain file can. */
async function fillPlain(root: number): Promise<Files> {
  const files: Files = new Map();
  files.set('/plain', randomBytes(5 * MIB + 1234));
  files.set('/one-byte-more', randomBytes(2 * MIB + 1));
  for (const [name, content] of files) await put(root, name, content);
  const [first, second] = await interleave(root, ['/fragments', '/fragments-2'], 128 * KIB, 12);
  files.set('/fragments', first!).set('/fragments-2', second!);

  const data = randomBytes(MIB);
  const sparse = await create(root, '/sparse');
  await write(sparse, data, 2 * MIB);
  await call(FTRUNCATE, sparse, 6 * MIB);
  files.set('/sparse', Buffer.concat([Buffer.alloc(2 * MIB), data, Buffer.alloc(3 * MIB)]));
  const unwritten = await create(root, '/unwritten');
  await call(NR.fallocate, unwritten, 0, 0, 4 * MIB + 100);
  await write(unwritten, data, MIB);
  files.set('/unwritten', Buffer.concat([Buffer.alloc(MIB), data, Buffer.alloc(2 * MIB + 100)]));
  for (const fd of [sparse, unwritten]) {
    await call(FSYNC, fd);
    await call(NR.close, fd);
  }
  return files;
}

/** Copies one file both ways and gives what each read from the kernel's disk. */
async function copyBothWays({root, name}: Mounted, file: string, content: Buffer) {
  const read = {past: 0, through: 0};
  for (const way of ['past', 'through'] as const) {
    const target = path('copied');
    const before = await bytesRead(name);
    const result = await copyOut(root, [[file, target]], {extents: way === 'past'});
    expect(result).toMatchObject({files: 1, problems: [], lost: []});
    expect(readFileSync(target).equals(content), `${file}, ${way} the kernel`).toBe(true);
    read[way] = (await bytesRead(name)) - before;
  }
  return read;
}

async function makeImage(
  name: string,
  size: number,
  type: string,
  make: (image: string) => void,
  options = '',
  fill = fillPlain,
) {
  const image = emptyImage(path(name), size);
  make(image);
  const volume = await open(image, type, 'read-write', options);
  const files = await fill(volume.root);
  await volume.close();
  return {image, files};
}

beforeAll(boot);

describe.each([
  ['ext4', 'ext4', (image: string) => tool('mke2fs', ['-q', '-t', 'ext4', image]), ''],
  ['ext2 (indirect blocks)', 'ext4', (image: string) => tool('mke2fs', ['-q', '-t', 'ext2', '-b', '4096', image]), ''],
  ['xfs', 'xfs', (image: string) => tool('mkfs.xfs', ['-q', image]), 'nouuid'],
  ['f2fs', 'f2fs', (image: string) => tool('mkfs.f2fs', ['-q', image]), ''],
])('plain files of %s', (label, type, make, options) => {
  let made: {image: string; files: Files};
  const name = `${label.replace(/\W/g, '')}.img`;

  beforeAll(async () => {
    const canAllocate = !label.startsWith('ext2');
    const fill = canAllocate ? fillPlain : async (root: number) => fillWithout(root);
    made = await makeImage(name, 512 * MIB, type, make, options, fill);
  });

  /** ext2 has no unwritten blocks. */
  async function fillWithout(root: number): Promise<Files> {
    const content = randomBytes(5 * MIB + 1234);
    await put(root, '/plain', content);
    const [first, second] = await interleave(root, ['/fragments', '/fragments-2'], 128 * KIB, 12);
    return new Map([['/plain', content], ['/fragments', first!], ['/fragments-2', second!]]);
  }

  it('do not pass the kernel', async () => {
    const volume = await open(made.image, type, 'overlay', options);
    for (const [file, content] of made.files) {
      const {past, through} = await copyBothWays(volume, file, content);
      // Inodes and block maps only.
      expect(past, file).toBeLessThan(200 * KIB);
      expect(through, file).toBeGreaterThanOrEqual(MIB);
    }
    await volume.close();
  });

  it('keep their holes', async () => {
    if (!made.files.has('/sparse')) return;
    const volume = await open(made.image, type, 'overlay', options);
    for (const file of ['/sparse', '/unwritten']) {
      await copyOut(volume.root, [[file, path('holes')]]);
      expect(statSync(path('holes')).blocks * 512, file).toBeLessThan(1.5 * MIB);
    }
    await volume.close();
  });
});

describe('ext4', () => {
  const mke2fs = (...options: string[]) => (image: string) => tool('mke2fs', ['-q', '-t', 'ext4', ...options, image]);

  it('in a partition, with 1 KiB blocks', async () => {
    const inner = await makeImage('inner.img', 64 * MIB, 'ext4', mke2fs('-b', '1024'));
    const image = emptyImage(path('table.img'), 66 * MIB);
    tool('dd', [`if=${inner.image}`, `of=${image}`, 'bs=1M', 'seek=1', 'conv=notrunc', 'status=none']);
    tool('sfdisk', ['-q', image], 'label: dos\nstart=2048, size=131072, type=83\n');
    const volume = await open(image, 'ext4', 'overlay');
    for (const [file, content] of inner.files)
      expect((await copyBothWays(volume, file, content)).past, file).toBeLessThan(300 * KIB);
    await volume.close();
  });

  it('reads through the kernel what lies in crumbs', async () => {
    const crumb = randomBytes(4 * KIB);
    const content = Buffer.concat(Array.from({length: 300}, () => [crumb, Buffer.alloc(12 * KIB)]).flat());
    const {image} = await makeImage('crumbs.img', 64 * MIB, 'ext4', mke2fs(), '', async (root) => {
      const fd = await create(root, '/crumbs');
      for (let index = 0; index < 300; index++) await write(fd, crumb, index * 16 * KIB);
      await call(FTRUNCATE, fd, content.length);
      await call(NR.close, fd);
      return new Map();
    });
    const volume = await open(image, 'ext4', 'overlay');
    expect((await copyBothWays(volume, '/crumbs', content)).past).toBeGreaterThanOrEqual(MIB);
    await volume.close();
  });

  it('gives what only the journal holds', async () => {
    const {image, files} = await makeImage('journal.img', 128 * MIB, 'ext4', mke2fs('-b', '4096'));
    const content = Buffer.from(files.get('/plain')!);
    const debugfs = (...lines: string[]) => tool('debugfs', ['-w', '-f', '-', image], `${lines.join('\n')}\n`);
    const block = /^\d+$/m.exec(debugfs('bmap /plain 700'))![0];
    randomBytes(4 * KIB).copy(content, 700 * 4 * KIB);
    writeFileSync(path('block'), content.subarray(700 * 4 * KIB, 701 * 4 * KIB));
    debugfs('jo', `jw -b ${block} ${path('block')}`, 'jc');

    let volume = await open(image, 'ext4', 'overlay', 'noload');
    await copyBothWays(volume, '/plain', files.get('/plain')!);
    await volume.close();
    volume = await open(image, 'ext4', 'overlay');
    expect((await copyBothWays(volume, '/plain', content)).past).toBeGreaterThanOrEqual(5 * MIB);
    expect((await copyBothWays(volume, '/fragments', files.get('/fragments')!)).past).toBeLessThan(200 * KIB);
    await volume.close();
  });

  it('gives what was changed in the overlay, and the rest past the kernel', async () => {
    const {image, files} = await makeImage('overlay.img', 64 * MIB, 'ext4', mke2fs());
    const disk = await addon.attach(image, 'overlay');
    const content = Buffer.from(files.get('/plain')!);
    let {root, unmount} = await mountAt(disk.device, 'ext4', 0, '');
    const fd = await callBelow(root, NR.openat, AT_FDCWD, '/plain', O_RDWR, 0);
    content.write('changed', 2 * MIB);
    await write(fd, Buffer.from('changed'), 2 * MIB);
    await call(NR.close, fd);
    // Not even written back yet.
    const name = disk.device.replace('/dev/', '');
    const close = async () => undefined;
    await copyBothWays({root, name, close}, '/plain', content);
    await unmount();
    ({root, unmount} = await mountAt(disk.device, 'ext4', MS_RDONLY, ''));
    expect((await copyBothWays({root, name, close}, '/plain', content)).past).toBeGreaterThanOrEqual(5 * MIB);
    const untouched = await copyBothWays({root, name, close}, '/fragments', files.get('/fragments')!);
    expect(untouched.past).toBeLessThan(200 * KIB);
    await unmount();
    await addon.detach(disk.id);
  });

  it('gives the content of encrypted files, not what is on the disk', async () => {
    const raw = randomBytes(64);
    const content = randomBytes(2 * MIB);
    /** @returns the identifier that the kernel made of the key */
    async function addKey(root: number): Promise<Buffer> {
      const key = Buffer.alloc(80 + raw.length);
      key.writeUInt32LE(2, 0);
      key.writeUInt32LE(raw.length, 40);
      raw.copy(key, 80);
      await call(IOCTL, root, ADD_KEY, key);
      return key.subarray(8, 24);
    }
    const {image} = await makeImage('encrypted.img', 64 * MIB, 'ext4', mke2fs('-O', 'encrypt'), '', async (root) => {
      // Version 2, AES-256-XTS for content, AES-256-CTS for names.
      const policy = Buffer.concat([Buffer.from([2, 1, 4, 0, 0, 0, 0, 0]), await addKey(root)]);
      await callBelow(root, NR.mkdirat, AT_FDCWD, '/secret', 0o755);
      const secret = await callBelow(root, NR.openat, AT_FDCWD, '/secret', O_DIRECTORY, 0);
      await call(IOCTL, secret, SET_POLICY, policy);
      await call(NR.close, secret);
      await put(root, '/secret/file', content);
      return new Map();
    });
    expect(readFileSync(image).includes(content.subarray(0, 4096))).toBe(false);
    const volume = await open(image, 'ext4', 'overlay');
    await addKey(volume.root);
    expect((await copyBothWays(volume, '/secret/file', content)).past).toBeGreaterThanOrEqual(2 * MIB);
    await volume.close();
  });
});

describe('other file systems', () => {
  it('xfs: blocks that two files share', async () => {
    const content = randomBytes(3 * MIB);
    const mkfs = (file: string) => tool('mkfs.xfs', ['-q', file]);
    const {image} = await makeImage('shared.img', 512 * MIB, 'xfs', mkfs, 'nouuid', async (root) => {
      await put(root, '/one', content);
      const [one, two] = [await create(root, '/one'), await create(root, '/two')];
      await call(IOCTL, two, FICLONE, one);
      await write(two, Buffer.from('not the same any more'), MIB);
      for (const fd of [one, two]) await call(NR.close, fd);
      return new Map();
    });
    const volume = await open(image, 'xfs', 'overlay', 'nouuid');
    expect((await copyBothWays(volume, '/one', content)).past).toBeLessThan(200 * KIB);
    const changed = Buffer.from(content);
    changed.write('not the same any more', MIB);
    expect((await copyBothWays(volume, '/two', changed)).past).toBeLessThan(200 * KIB);
    await volume.close();
  });

  it.each([
    [
      'f2fs, compressed',
      'f2fs',
      ['mkfs.f2fs', '-q', '-O', 'extra_attr,compression'],
      'compress_algorithm=lz4,compress_extension=*',
    ],
    ['btrfs, compressed', 'btrfs', ['mkfs.btrfs', '-q'], 'compress=zstd'],
    ['btrfs', 'btrfs', ['mkfs.btrfs', '-q'], ''],
    ['vfat', 'vfat', ['mkfs.vfat'], ''],
  ])('%s: through the kernel', async (label, type, [make, ...flags], options) => {
    const content = label === 'vfat' ? randomBytes(3 * MIB) : Buffer.concat([pattern(2 * MIB), randomBytes(MIB)]);
    const mkfs = (file: string) => tool(make!, [...flags, file]);
    const name = `${label.replace(/\W/g, '')}.img`;
    const {image} = await makeImage(name, 256 * MIB, type, mkfs, options, async (root) => {
      await put(root, '/file', content);
      return new Map();
    });
    const volume = await open(image, type, 'overlay', options);
    expect((await copyBothWays(volume, '/file', content)).past).toBeGreaterThanOrEqual(MIB);
    await volume.close();
  });

  it.each([
    ['plain', ['-Enoinline_data'], 200 * KIB, 0],
    ['lz4', ['-zlz4'], Infinity, 12 * KIB],
  ])('erofs, %s', async (label, flags, most, least) => {
    const tree = path(`tree-${label}`);
    mkdirSync(tree);
    const content = pattern(3 * MIB + 77);
    writeFileSync(join(tree, 'file'), content);
    const image = path(`erofs-${label}.img`);
    tool('mkfs.erofs', ['--quiet', ...(flags as string[]), image, tree]);
    const volume = await open(image, 'erofs', 'overlay');
    const {past} = await copyBothWays(volume, '/file', content);
    expect(past).toBeLessThan(most as number);
    expect(past).toBeGreaterThanOrEqual(least as number);
    await volume.close();
  });
});
