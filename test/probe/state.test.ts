// SPDX-License-Identifier: GPL-2.0-only
// Whether a file system was cleanly closed: fresh images of every mkfs, images that were taken while mounted, and the
// tools of each project as judges.
import {closeSync, copyFileSync, openSync, readFileSync, readSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {probeContent} from '../../src/probe/index.ts';
import {probeState, type FileSystemState} from '../../src/probe/state.ts';
import {fileSource} from '../support/file-source.ts';
import {fixture} from '../support/fixtures.ts';
import {emptyImage, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1 << 20;
const directory = temporaryDirectory();

async function stateOf(path: string): Promise<FileSystemState> {
  using source = fileSource(path);
  const content = await probeContent(source);
  return await probeState(content!.type, source);
}

/** Changes bytes of a copy. */
function patched(path: string, offset: number, change: (bytes: Buffer) => void, length = 8): string {
  const copy = join(directory, `patched-${offset}-${path.split('/').at(-1)}`);
  copyFileSync(path, copy);
  const fd = openSync(copy, 'r+');
  const bytes = Buffer.alloc(length);
  readSync(fd, bytes, 0, length, offset);
  change(bytes);
  writeSync(fd, bytes, 0, length, offset);
  closeSync(fd);
  return copy;
}

const FRESH: [string, number, string[]][] = [
  ['ext2', 16, ['mke2fs', '-q', '-t', 'ext2']],
  ['ext3', 32, ['mke2fs', '-q', '-t', 'ext3']],
  ['ext4', 32, ['mke2fs', '-q', '-t', 'ext4']],
  ['xfs', 320, ['mkfs.xfs', '-q']],
  ['xfs-stripes', 640, ['mkfs.xfs', '-q', '-d', 'su=64k,sw=2', '-l', 'su=64k']],
  ['xfs-4k-sectors', 320, ['mkfs.xfs', '-q', '-s', 'size=4096']],
  ['btrfs', 128, ['mkfs.btrfs', '-q']],
  ['f2fs', 128, ['mkfs.f2fs', '-q']],
  ['fat12', 2, ['mkfs.vfat', '-F', '12']],
  ['fat16', 16, ['mkfs.vfat', '-F', '16']],
  ['fat32', 64, ['mkfs.vfat', '-F', '32']],
  ['exfat', 32, ['mkfs.exfat']],
  ['ntfs', 32, ['mkfs.ntfs', '-q', '-F']],
  ['jfs', 32, ['mkfs.jfs', '-q']],
  ['nilfs2', 160, ['mkfs.nilfs2', '-q']],
  ['minix', 8, ['mkfs.minix', '-2']],
];

const fresh = new Map<string, string>();

function make(name: string): string {
  let path = fresh.get(name);
  if (path) return path;
  const [, size, [mkfs, ...options]] = FRESH.find(([kind]) => kind === name) as [string, number, [string, ...string[]]];
  path = emptyImage(join(directory, `${name}.img`), size * MIB);
  tool(mkfs, [...options, path]);
  fresh.set(name, path);
  return path;
}

describe('fresh', () => {
  it.each(FRESH.map(([name]) => name))('%s is clean', async (name) => expect(await stateOf(make(name))).toEqual({clean: true}));

  it('nothing is known of squashfs', async () =>
    expect(await stateOf(fixture('squashfs-gzip').image)).toEqual({clean: undefined}));
});

describe('closed after writing', () => {
  // Filled through a mount by the referee kernel, which then unmounted.
  it.each(['ext2-1k', 'ext4-no-journal', 'ext4-4k', 'xfs-v4', 'xfs-v5', 'xfs-dir64k', 'btrfs-plain', 'f2fs-plain', 'fat12', 'fat16'])(
    '%s is clean',
    async (name) => expect(await stateOf(fixture(name).image)).toEqual({clean: true}),
  );
  it.each(['fat32', 'exfat', 'ntfs', 'jfs', 'nilfs2', 'minix-v1', 'minix-v2'])('%s is clean', async (name) =>
    expect(await stateOf(fixture(name).image)).toEqual({clean: true}),
  );
});

describe('taken while mounted', () => {
  const replayed = 'ext3 ext4 ext4-fast-commit ext4-data-journal xfs btrfs f2fs nilfs2'.split(' ');

  it.each(replayed)('%s waits for a replay', async (name) =>
    expect(await stateOf(fixture(`dirty-${name}`).image)).toEqual({
      clean: false,
      replayed: true,
      detail: expect.stringMatching(/waits? (to be|for)/),
    }),
  );

  it('jfs needs its own tool', async () =>
    expect(await stateOf(fixture('dirty-jfs').image)).toMatchObject({clean: false, damaged: true}));

  it('vfat tells so', async () =>
    expect(await stateOf(fixture('dirty-vfat').image)).toEqual({clean: false, detail: 'it was not cleanly unmounted'}));

  // The same facts from the tools of their projects: what they say of the clean image and of the dirty one.
  const judges: [string, string, (image: string) => string, RegExp][] = [
    ['ext4-4k', 'dirty-ext4', (image) => tool('dumpe2fs', ['-h', image]), /needs_recovery/],
    ['xfs-v5', 'dirty-xfs', (image) => tool('xfs_logprint', ['-t', image]), /<DIRTY>/],
    ['btrfs-plain', 'dirty-btrfs', (image) => tool('btrfs', ['inspect-internal', 'dump-super', image]), /^log_root\s+[1-9]/m],
    ['f2fs-plain', 'dirty-f2fs', (image) => tool('dump.f2fs', ['-d', '1', image]), /checkpoint state = \w+ : (?!.*unmount)/],
    ['fat16', 'dirty-vfat', (image) => read(() => tool('fsck.vfat', ['-n', image])), /Dirty bit is set/],
  ];

  it.each(judges)('%s and %s: their tool agrees', (clean, dirty, ask, mark) => {
    expect(ask(fixture(clean).image)).not.toMatch(mark);
    expect(ask(fixture(dirty).image)).toMatch(mark);
  });
});

/** Of tools that tell by their exit code too. */
function read(run: () => string): string {
  try {
    return run();
  } catch (error) {
    return (error as {stdout: string}).stdout;
  }
}

describe('marks', () => {
  const or = (at: number, bits: number) => (bytes: Buffer) => void (bytes[at]! |= bits);
  const clear = (at: number, bits: number) => (bytes: Buffer) => void (bytes[at]! &= ~bits);

  it.each<[string, string, number, (bytes: Buffer) => void, object]>([
    ['errors in ext4', 'ext4', 1024 + 58, or(0, 2), {damaged: true}],
    ['ext4 that is not valid', 'ext4', 1024 + 58, clear(0, 1), {damaged: true}],
    ['ext2 that was not unmounted', 'ext2', 1024 + 58, clear(0, 1), {damaged: true, detail: /no journal/}],
    ['orphans in ext4', 'ext4', 1024 + 232, or(0, 12), {replayed: true}],
    ['the orphan file of ext4', 'ext4', 1024 + 100, or(2, 1), {replayed: true}],
    ['errors in btrfs', 'btrfs', 65536 + 56, or(0, 4), {damaged: true}],
    ['xfs that needs repair', 'xfs', 216, or(3, 16), {damaged: true}],
    ['half an mkfs.xfs', 'xfs', 126, or(0, 1), {damaged: true}],
    ['FAT12 of Linux', 'fat12', 37, or(0, 1), {detail: /unmounted/}],
    ['FAT16 of Linux', 'fat16', 37, or(0, 1), {detail: /unmounted/}],
    ['FAT32 of Linux', 'fat32', 65, or(0, 1), {detail: /unmounted/}],
    ['exfat', 'exfat', 106, or(0, 2), {detail: /unmounted/}],
    ['a disk error in exfat', 'exfat', 106, or(0, 4), {detail: /disk error/}],
    ['jfs', 'jfs', 32768 + 40, or(0, 1), {damaged: true}],
    ['nilfs2', 'nilfs2', 1024 + 116, clear(0, 1), {replayed: true}],
    ['minix', 'minix', 1024 + 18, clear(0, 1), {detail: /unmounted/}],
  ])('%s', async (_, name, offset, change, expected) => {
    const {detail, ...state} = await stateOf(patched(make(name), offset, change));
    const {detail: words, ...rest} = expected as {detail?: RegExp};
    expect(state).toEqual({clean: false, ...rest});
    expect(detail).toMatch(words ?? /./);
  });

  it.each([
    ['fat16', 2, 1],
    ['fat32', 4, 3],
  ])('%s of DOS and Windows', async (name, entry, byte) => {
    const path = make(name);
    const boot = readFileSync(path).subarray(0, 512);
    const fat = boot.readUInt16LE(14) * boot.readUInt16LE(11);
    const [dirty, error] = name === 'fat16' ? [0x80, 0x40] : [0x08, 0x04];
    expect(await stateOf(patched(path, fat + entry, clear(byte % 4 === 3 ? 3 : 1, dirty)))).toMatchObject({
      clean: false,
      detail: 'it was not cleanly unmounted',
    });
    expect(await stateOf(patched(path, fat + entry, clear(byte % 4 === 3 ? 3 : 1, error)))).toMatchObject({
      clean: false,
      detail: 'a disk error is recorded in it',
    });
  });

  it('ntfs, which ntfsfix sets too', async () => {
    const path = join(directory, 'dirty-ntfs.img');
    copyFileSync(make('ntfs'), path);
    // It schedules a check by Windows.
    tool('ntfsfix', [path]);
    expect(await stateOf(path)).toMatchObject({clean: false, damaged: true});
    tool('ntfsfix', ['-d', path]);
    expect(await stateOf(path)).toEqual({clean: true});
  });
});

describe('images that end too soon', () => {
  it.each([
    ['xfs', {clean: undefined}],
    ['f2fs', {clean: false, damaged: true, detail: 'it has no valid checkpoint'}],
  ])('%s', async (name, expected) => {
    const path = join(directory, `short-${name}.img`);
    copyFileSync(make(name), path);
    tool('truncate', ['-s', '128K', path]);
    expect(await stateOf(path)).toEqual(expected);
  });
});
