// SPDX-License-Identifier: GPL-2.0-only
// What a volume has and fs.promises has not: extended attributes, inode flags, devices, nanoseconds; debugfs judges.
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {open, type Image, type Volume} from '../../src/index.ts';
import {splitDevice} from '../../src/statx.ts';
import {emptyImage, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1 << 20;
const directory = temporaryDirectory();
const path = join(directory, 'disk.img');
let image: Image;
let volume: Volume;

/** What debugfs says of an inode. */
const debugfs = (request: string) => tool('debugfs', ['-R', request, path]);

beforeAll(async () => {
  emptyImage(path, 64 * MIB);
  tool('mke2fs', ['-q', '-t', 'ext4', '-O', 'ea_inode', path]);
  image = await open(path, {write: true});
  volume = await image.volume();
});
afterAll(() => image.close());

/** Looks at the image from outside, then goes on. */
async function outside(look: () => void): Promise<void> {
  await image.close();
  tool('e2fsck', ['-fn', path]);
  look();
  image = await open(path, {write: true});
  volume = await image.volume();
}

describe('extended attributes', () => {
  it('are set, listed, read and removed', async () => {
    await volume.writeFile('/f', '');
    const value = Buffer.from([0, 255, 10, 0]);
    await volume.setxattr('/f', 'user.text', 'text');
    await volume.setxattr('/f', 'user.bytes', value);
    await volume.setxattr('/f', 'user.empty', '');
    await volume.setxattr('/f', 'trusted.x', 'for root');
    await volume.setxattr('/f', 'security.x', 'label');
    expect(await volume.listxattr('/f')).toEqual(['security.x', 'trusted.x', 'user.bytes', 'user.empty', 'user.text']);
    expect(await volume.getxattr('/f', 'user.bytes')).toEqual(value);
    expect(await volume.getxattr('/f', 'user.empty')).toEqual(Buffer.alloc(0));
    await volume.removexattr('/f', 'user.text');
    await expect(volume.getxattr('/f', 'user.text')).rejects.toMatchObject({code: 'ENODATA', syscall: 'getxattr', path: '/f'});
    await expect(volume.removexattr('/f', 'user.text')).rejects.toMatchObject({code: 'ENODATA', syscall: 'removexattr'});
    await outside(() => expect(debugfs('ea_list /f')).toMatch(/security\.x \(5\) = "label"[^]*|user\.bytes/));
  });

  it('are made only, or replaced only', async () => {
    await volume.writeFile('/g', '');
    await expect(volume.setxattr('/g', 'user.x', '1', {flag: 'replace'})).rejects.toMatchObject({code: 'ENODATA'});
    await volume.setxattr('/g', 'user.x', '1', {flag: 'create'});
    await expect(volume.setxattr('/g', 'user.x', '2', {flag: 'create'})).rejects.toMatchObject({code: 'EEXIST'});
    await volume.setxattr('/g', 'user.x', '2', {flag: 'replace'});
    expect(String(await volume.getxattr('/g', 'user.x'))).toBe('2');
  });

  it('of a link are its own when it is not followed', async () => {
    await volume.writeFile('/target', '');
    await volume.symlink('target', '/link');
    await volume.setxattr('/link', 'trusted.of', 'target');
    await volume.setxattr('/link', 'trusted.of', 'link', {follow: false});
    expect(String(await volume.getxattr('/link', 'trusted.of'))).toBe('target');
    expect(String(await volume.getxattr('/link', 'trusted.of', {follow: false}))).toBe('link');
    expect(await volume.listxattr('/link', {follow: false})).toEqual(['trusted.of']);
    await volume.removexattr('/link', 'trusted.of', {follow: false});
    expect(await volume.listxattr('/link', {follow: false})).toEqual([]);
    expect(await volume.listxattr('/target')).toEqual(['trusted.of']);
    await expect(volume.setxattr('/link', 'user.x', '', {follow: false})).rejects.toMatchObject({code: 'EPERM'});
  });

  it('have names of any bytes, and values up to 64 KiB', async () => {
    await volume.writeFile('/h', '');
    const name = Buffer.from([...Buffer.from('user.'), 0xff, 0xfe]);
    const value = Buffer.alloc(65_536, 7);
    await volume.setxattr('/h', name, 'x');
    await volume.setxattr('/h', 'user.large', value);
    expect(await volume.listxattr('/h', {encoding: 'buffer'})).toEqual([Buffer.from('user.large'), name]);
    expect((await volume.getxattr('/h', 'user.large')).equals(value)).toBe(true);
    await expect(volume.setxattr('/h', 'user.more', Buffer.alloc(65_537))).rejects.toMatchObject({code: 'E2BIG'});
  });

  it('hold ACLs and capabilities', async () => {
    await volume.writeFile('/acl', '', {mode: 0o640});
    // u::rw-, u:1000:r--, g::r--, m::r--, o::---
    const entries: [number, number, number][] = [[1, 6, ~0], [2, 4, 1000], [4, 4, ~0], [16, 4, ~0], [32, 0, ~0]];
    const acl = Buffer.concat([Buffer.from([2, 0, 0, 0]), ...entries.map(([tag, bits, id]) => {
      const entry = Buffer.alloc(8);
      entry.writeUInt16LE(tag, 0);
      entry.writeUInt16LE(bits, 2);
      entry.writeUInt32LE(id >>> 0, 4);
      return entry;
    })]);
    await volume.setxattr('/acl', 'system.posix_acl_access', acl);
    expect(await volume.getxattr('/acl', 'system.posix_acl_access')).toEqual(acl);
    // VFS_CAP_REVISION_2 with CAP_NET_RAW
    const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');
    await volume.setxattr('/acl', 'security.capability', capability);
    expect(await volume.getxattr('/acl', 'security.capability')).toEqual(capability);
    await outside(() => expect(debugfs('ea_list /acl')).toContain('posix_acl_access'));
  });

  it('need a namespace that exists, and a file', async () => {
    await expect(volume.setxattr('/f', 'nonsense', '')).rejects.toMatchObject({code: 'EOPNOTSUPP', syscall: 'setxattr', path: '/f'});
    await expect(volume.listxattr('/no')).rejects.toMatchObject({code: 'ENOENT', syscall: 'listxattr', path: '/no'});
  });
});

describe('inode flags', () => {
  const [APPEND, NODUMP, NOATIME] = [0x20, 0x40, 0x80];

  it('are set and read', async () => {
    await volume.writeFile('/flags', 'x');
    const before = await volume.getFlags('/flags');
    await volume.setFlags('/flags', before | NODUMP | NOATIME);
    expect(await volume.getFlags('/flags')).toBe(before | NODUMP | NOATIME);
    await volume.setFlags('/flags', before | APPEND);
    await expect(volume.writeFile('/flags', 'y')).rejects.toMatchObject({code: 'EPERM'});
    await volume.appendFile('/flags', 'y');
    await outside(() => expect(debugfs('stat /flags')).toMatch(/Flags: 0x80020/));
    await volume.setFlags('/flags', before);
    await volume.rm('/flags');
  });

  it('of a directory too, not of what has none', async () => {
    await volume.mkdir('/flagged');
    await volume.setFlags('/flagged', (await volume.getFlags('/flagged')) | NODUMP);
    expect((await volume.getFlags('/flagged')) & NODUMP).toBe(NODUMP);
    const vfat = emptyImage(join(directory, 'vfat.img'), 16 * MIB);
    tool('mkfs.vfat', [vfat]);
    await using other = await open(vfat, {write: true});
    const fat = await other.volume();
    await fat.writeFile('/f', '');
    await expect(fat.getFlags('/f')).rejects.toMatchObject({code: 'EOPNOTSUPP', syscall: 'getflags', path: '/f'});
    await expect(fat.setFlags('/f', 0)).rejects.toMatchObject({code: 'EOPNOTSUPP', syscall: 'setflags', path: '/f'});
    await expect(fat.symlink('a', '/b')).rejects.toMatchObject({code: 'EPERM', syscall: 'symlink', path: 'a', dest: '/b'});
    await expect(fat.setxattr('/f', 'user.x', '')).rejects.toMatchObject({code: 'EOPNOTSUPP'});
  });
});

describe('mknod', () => {
  it('makes devices, fifos and sockets, which nobody can open', async () => {
    await volume.mkdir('/dev');
    await volume.mknod('/dev/block', 0o060640, {major: 259, minor: 70_000});
    await volume.mknod('/dev/char', 0o020666, {major: 1, minor: 3});
    await volume.mknod('/dev/fifo', 0o010600);
    await volume.mknod('/dev/socket', 0o140777);
    const stats = await volume.lstat('/dev/block', {bigint: true});
    expect([stats.mode, splitDevice(stats.rdev)]).toEqual([0o060640n, {major: 259, minor: 70_000}]);
    const entries = await volume.readdir('/dev', {withFileTypes: true});
    const types = entries.map((entry) => [entry.isBlockDevice(), entry.isCharacterDevice(), entry.isFIFO(), entry.isSocket()]);
    expect(types).toEqual([0, 1, 2, 3].map((kind) => [0, 1, 2, 3].map((other) => other === kind)));
    await expect(volume.open('/dev/char')).rejects.toMatchObject({code: 'EACCES'});
    await expect(volume.open('/dev/fifo', 'w')).rejects.toMatchObject({code: 'ENXIO'});
    await expect(volume.open('/dev/socket')).rejects.toMatchObject({code: 'ENXIO'});
    await expect(volume.mknod('/dev/fifo', 0o010600)).rejects.toMatchObject({code: 'EEXIST', syscall: 'mknod', path: '/dev/fifo'});
    await expect(volume.mknod('/dev/x', 0o060600, {major: 4096, minor: 0})).rejects.toThrow(TypeError);
    await outside(() => {
      expect(debugfs('stat /dev/block')).toMatch(/Type: block special[^]*Device major\/minor number: 259:70000/);
      expect(debugfs('stat /dev/fifo')).toMatch(/Type: FIFO\s+Mode:\s+0600/);
      expect(debugfs('stat /dev/socket')).toMatch(/Type: socket\s+Mode:\s+0777/);
    });
  });
});

describe('setTimes', () => {
  const times = async (name: string) => {
    const {atimeNs, mtimeNs} = await volume.lstat(name, {bigint: true});
    return [atimeNs, mtimeNs];
  };

  it.each<[string, bigint, bigint]>([
    ['of our time', 1_763_000_000_123_456_789n, 1_763_000_001_999_999_999n],
    ['before 1970', -1n, -86_400_000_000_001n],
    ['after 2038', 4_102_444_800_000_000_001n, 2n ** 33n * 1_000_000_000n + 5n],
    ['of the beginning', 0n, 1n],
  ])('keeps each nanosecond %s', async (_, atimeNs, mtimeNs) => {
    await volume.writeFile('/t', '');
    await volume.setTimes('/t', {atimeNs, mtimeNs});
    expect(await times('/t')).toEqual([atimeNs, mtimeNs]);
  });

  it('leaves what is not given, and knows the present', async () => {
    await volume.writeFile('/t', '');
    await volume.setTimes('/t', {atimeNs: 1n, mtimeNs: 2n});
    await volume.setTimes('/t', {mtimeNs: 3n});
    expect(await times('/t')).toEqual([1n, 3n]);
    await volume.setTimes('/t', {});
    expect(await times('/t')).toEqual([1n, 3n]);
    await volume.setTimes('/t', {atimeNs: 'now'});
    const [atime, mtime] = await times('/t');
    expect(Math.abs(Number(atime! / 1_000_000n) - Date.now())).toBeLessThan(60_000);
    expect(mtime).toBe(3n);
  });

  it('follows links unless told not to', async () => {
    await volume.writeFile('/t', '');
    await volume.symlink('t', '/to-t');
    await volume.setTimes('/to-t', {atimeNs: 5n, mtimeNs: 6n});
    await volume.setTimes('/to-t', {atimeNs: 7n, mtimeNs: 8n}, {follow: false});
    expect([await times('/t'), await times('/to-t')]).toEqual([[5n, 6n], [7n, 8n]]);
  });

  it('is not undone by reading', async () => {
    await volume.writeFile('/t', 'x');
    await volume.setTimes('/t', {atimeNs: 9n, mtimeNs: 10n});
    await volume.readFile('/t');
    expect(await times('/t')).toEqual([9n, 10n]);
    await outside(() => expect(debugfs('stat /t')).toMatch(/atime: 0x00000000:00000024/));
    expect(await times('/t')).toEqual([9n, 10n]);
  });
});

it('makes files with the modes that are asked for, all bits of them', async () => {
  for (const mode of [0, 0o777, 0o666, 0o4755, 0o2711, 0o1777, 0o7777]) {
    await volume.writeFile(`/mode${mode}`, '', {mode});
    expect((await volume.stat(`/mode${mode}`)).mode, mode.toString(8)).toBe(0o100000 | mode);
    await volume.mkdir(`/dir${mode}`, mode & 0o1777);
    expect((await volume.stat(`/dir${mode}`)).mode, mode.toString(8)).toBe(0o040000 | (mode & 0o1777));
  }
});
