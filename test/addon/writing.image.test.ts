// SPDX-License-Identifier: GPL-2.0-only
// What the kernel inside needs to write: direct writes next to the page cache, modes as they are named, little memory,
// calls that wait for each other, and errors of the host that are told.
import {randomBytes} from 'node:crypto';
import {readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {
  addon,
  AT_FDCWD,
  boot,
  call,
  callBelow,
  copyIn,
  mount,
  NR,
  O_CREAT,
  O_DIRECTORY,
  O_RDWR,
  pipe,
} from '../support/addon.mjs';
import {emptyImage, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1 << 20;
const [EIO, ENOSPC] = [5, 28];
const SYNCFS = 267;
const FCHOWNAT = 54;
const directory = temporaryDirectory();
const path = (name: string) => join(directory, name);

const FILE_SYSTEMS: [label: string, type: string, make: string[], check: string[]][] = [
  ['ext4', 'ext4', ['mke2fs', '-q', '-t', 'ext4'], ['e2fsck', '-fn']],
  ['ext4, inline data', 'ext4', ['mke2fs', '-q', '-t', 'ext4', '-O', 'inline_data'], ['e2fsck', '-fn']],
  ['ext2', 'ext4', ['mke2fs', '-q', '-t', 'ext2'], ['e2fsck', '-fn']],
  ['xfs', 'xfs', ['mkfs.xfs', '-q'], ['xfs_repair', '-n']],
  ['btrfs', 'btrfs', ['mkfs.btrfs', '-q'], ['btrfs', 'check']],
  ['f2fs', 'f2fs', ['mkfs.f2fs', '-q'], ['fsck.f2fs']],
  ['vfat', 'vfat', ['mkfs.vfat'], ['fsck.vfat', '-n']],
  ['exfat', 'exfat', ['mkfs.exfat'], ['fsck.exfat', '-n']],
  ['ntfs', 'ntfs3', ['mkntfs', '-Q', '-F'], ['ntfsfix', '-n']],
  ['jfs', 'jfs', ['mkfs.jfs', '-q'], ['fsck.jfs', '-n', '-f']],
  ['minix', 'minix', ['mkfs.minix', '-3'], ['fsck.minix', '-f']],
];

const run = ([name, ...args]: string[], image: string) => tool(name!, [...args, image]);

function makeImage(label: string, make: string[], size: number): string {
  const image = emptyImage(path(`${label.replace(/\W+/g, '-')}.img`), size);
  run(make, image);
  return image;
}

async function open(image: string, type: string) {
  const disk = await addon.attach(image, 'read-write');
  const {root, unmount} = await mount(disk.device, type);
  const close = async () => {
    await call(SYNCFS, root);
    await unmount();
    await addon.detach(disk.id);
  };
  return {root, close};
}

async function readBack(root: number, name: string, size: number): Promise<Buffer> {
  const fd = await callBelow(root, NR.openat, AT_FDCWD, name, 0, 0);
  const bytes = Buffer.alloc(size + 1);
  let done = 0;
  for (;;) {
    const count = await call(NR.pread64, fd, bytes.subarray(done), bytes.length - done, done);
    if (count === 0) break;
    done += count;
  }
  await call(NR.close, fd);
  return bytes.subarray(0, done);
}

beforeAll(boot);

describe.each(FILE_SYSTEMS)('%s', (label, type, make, check) => {
  it('takes large files, with holes, over and after what the page cache holds', async () => {
    const image = makeImage(label, make, 512 * MIB);
    let {root, close} = await open(image, type);
    const wanted = new Map<string, Buffer>();
    for (const [name, size] of [
      ['whole', 4 * MIB],
      ['odd', 3 * MIB + 4097],
      ['short', 200_001],
    ] as const) {
      const content = randomBytes(size);
      if (name === 'odd') content.fill(0, MIB, 2 * MIB);
      writeFileSync(path(name), content);
      if (name === 'odd') {
        // A real hole in the source.
        writeFileSync(path(name), content.subarray(0, MIB));
        truncateSync(path(name), 2 * MIB);
        writeFileSync(path(name), content.subarray(2 * MIB), {flag: 'a'});
      }
      wanted.set(`/${name}`, content);
    }
    // Dirty pages of an older content.
    const fd = await callBelow(root, NR.openat, AT_FDCWD, '/whole', O_RDWR | O_CREAT, 0o644);
    await call(NR.pwrite64, fd, randomBytes(MIB), MIB, 3 * MIB + 100);
    const result = await copyIn(root, [...wanted.keys()].map((name) => [path(name.slice(1)), name]));
    expect(result).toMatchObject({files: 3, problems: []});
    // Through the page cache again, into what was written past it, and behind its end.
    for (const [text, position] of [['in the middle', MIB + 10], ['at the end', 4 * MIB]] as const) {
      await call(NR.pwrite64, fd, Buffer.from(text), text.length, position);
      const old = wanted.get('/whole')!;
      const content = Buffer.concat([old, Buffer.alloc(Math.max(0, position + text.length - old.length))]);
      content.write(text, position);
      wanted.set('/whole', content);
    }
    await call(NR.close, fd);
    for (const [name, content] of wanted)
      expect((await readBack(root, name, content.length)).equals(content), name).toBe(true);
    await close();
    run(check, image);

    ({root, close} = await open(image, type));
    for (const [name, content] of wanted)
      expect((await readBack(root, name, content.length)).equals(content), `${name}, later`).toBe(true);
    await close();
    if (type === 'ext4')
      for (const [name, content] of wanted) {
        tool('debugfs', ['-R', `dump ${name} ${path('dump')}`, image]);
        expect(readFileSync(path('dump')).equals(content), `${name}, as debugfs reads it`).toBe(true);
      }
  });
});

describe('a full volume', () => {
  it.each(FILE_SYSTEMS.filter(([label]) => ['ext4', 'vfat', 'ntfs', 'exfat'].includes(label)))(
    '%s: is an error, and stays in order',
    async (label, type, make, check) => {
      const image = makeImage(`full-${label}`, make, 16 * MIB);
      const {root, close} = await open(image, type);
      writeFileSync(path('too-large'), randomBytes(24 * MIB));
      const result = await copyIn(root, [[path('too-large'), '/too-large']]);
      expect(result.problems).toMatchObject([{errno: ENOSPC, side: 'target'}]);
      await close();
      run(check, image);
    },
  );
});

describe('modes', () => {
  it('are what the call names: there is no umask', async () => {
    const image = makeImage('modes', ['mke2fs', '-q', '-t', 'ext4'], 16 * MIB);
    const {root, close} = await open(image, 'ext4');
    await call(NR.close, await callBelow(root, NR.openat, AT_FDCWD, '/file', O_RDWR | O_CREAT, 0o6777));
    await callBelow(root, NR.mkdirat, AT_FDCWD, '/directory', 0o1777);
    await callBelow(root, NR.mknodat, AT_FDCWD, '/fifo', 0o010666, 0);
    await close();
    const mode = (name: string) => /Mode: +(\d+)/.exec(tool('debugfs', ['-R', `stat ${name}`, image]))![1];
    expect([mode('/file'), mode('/directory'), mode('/fifo')]).toEqual(['06777', '01777', '0666']);
  });
});

describe('64 MiB of memory', () => {
  // Each of them once slept for seconds, or died of lack of memory.
  it.each(FILE_SYSTEMS.filter(([label]) => ['ext4', 'xfs', 'btrfs', 'f2fs'].includes(label)))(
    '%s: hold what writes 20,000 files',
    async (label, type, make, check) => {
      const image = makeImage(`many-${label}`, make, 2048 * MIB);
      const {root, close} = await open(image, type);
      const content = randomBytes(4096);
      for (let index = 0; index < 20_000; index++) {
        if (index % 200 === 0) await callBelow(root, NR.mkdirat, AT_FDCWD, `/${index / 200}`, 0o755);
        const name = `/${Math.floor(index / 200)}/${index}`;
        const fd = await callBelow(root, NR.openat, AT_FDCWD, name, O_RDWR | O_CREAT, 0o644);
        await call(NR.pwrite64, fd, content, content.length, 0);
        await call(NR.close, fd);
      }
      await close();
      run(check, image);
    },
    60_000,
  );
});

describe('f2fs', () => {
  // Each inode becomes a page of 4 KiB when it is written: together more than there is memory.
  it('changes more inodes than fit into memory', async () => {
    const image = makeImage('inodes', ['mkfs.f2fs', '-q'], 4096 * MIB);
    const {root, close} = await open(image, 'f2fs');
    const all = async (change: (name: string) => Promise<number>) => {
      for (let from = 0; from < 40_000; from += 1000)
        await Promise.all(Array.from({length: 1000}, (_, index) => change(`/${from}/${from + index}`)));
    };
    for (let from = 0; from < 40_000; from += 1000) await callBelow(root, NR.mkdirat, AT_FDCWD, `/${from}`, 0o755);
    await all((name) => callBelow(root, NR.mknodat, AT_FDCWD, name, 0o100644, 0));
    await all((name) => callBelow(root, FCHOWNAT, AT_FDCWD, name, 1000, 1000, 0));
    await close();
    tool('fsck.f2fs', [image]);
  }, 60_000);
});

describe('an error of the host', () => {
  it('is in the log with its place and its reason, which the kernel does not learn', async () => {
    const image = emptyImage(path('shrunk.img'), 8 * MIB);
    const disk = await addon.attach(image, 'read-only');
    truncateSync(image, MIB);
    const fd = await call(NR.openat, AT_FDCWD, disk.device, 0, 0);
    await expect(call(NR.pread64, fd, Buffer.alloc(512), 512, 4 * MIB)).rejects.toMatchObject({errno: EIO});
    await call(NR.close, fd);
    await addon.detach(disk.id);
    const reason = 'Input/output error';
    expect(addon.kernelLog()).toContain(`kdisk: the host failed a read at byte ${4 * MIB} of ${image}: ${reason}\n`);
  });
});

describe('calls that wait', () => {
  it('do not hold others, however many they are', async () => {
    const pipes = await Promise.all(Array.from({length: 20}, () => pipe()));
    const waiting = pipes.map(([end]) => {
      const byte = Buffer.alloc(1);
      return call(NR.read, end, byte, 1).then(() => byte[0]!);
    });
    const fd = await call(NR.openat, AT_FDCWD, '/', O_DIRECTORY, 0);
    for (const [index, [, end]] of pipes.entries()) await call(NR.write, end, Buffer.from([index]), 1);
    expect(await Promise.all(waiting)).toEqual(pipes.map((_, index) => index));
    for (const open of [fd, ...pipes.flat()]) await call(NR.close, open);
  });
});
