// SPDX-License-Identifier: GPL-2.0-only
// Images opened for writing: what reaches the file, and everything that must be said when it does not.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, copyFileSync, mkdirSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {beforeAll, describe, expect, it} from 'vitest';
import {binding} from '../src/binding.ts';
import {KdiskError, open, type Image, type Volume} from '../src/index.ts';
import {AT_FDCWD, NR, O_RDONLY} from '../src/syscalls.ts';
import {VolumeBase} from '../src/volume-base.ts';
import {fixture} from './support/fixtures.ts';
import {emptyImage, ext4Image, isRoot, sha256, temporaryDirectory, tool} from './support/tools.ts';

const MIB = 1 << 20;
const directory = temporaryDirectory();
const place = (name: string) => join(directory, name);

/** A volume for writing in a fresh ext4, closed at the end of `body` unless that did it. */
async function withVolume(name: string, body: (volume: Volume, image: Image) => Promise<void>, size = 16): Promise<string> {
  const path = ext4Image(place(`${name}.img`), size * MIB);
  const image = await open(path, {write: true});
  try {
    await body(await image.volume(), image);
  } finally {
    await image.close();
  }
  return path;
}

describe('an image opened for reading', () => {
  let volume: Volume;
  let path: string;
  beforeAll(async () => {
    path = ext4Image(place('reading.img'), 8 * MIB);
    const image = await open(path);
    expect(image.writable).toBe(false);
    volume = await image.volume();
    expect(volume.writable).toBe(false);
  });

  it.each<[string, (volume: Volume) => Promise<unknown>]>([
    ['open', (v) => v.open('/f', 'w')],
    ['open', (v) => v.open('/lost+found', 'r+')],
    ['open', (v) => v.writeFile('/f', '')],
    ['open', (v) => v.appendFile('/f', '')],
    ['open', (v) => v.truncate('/f')],
    ['mkdir', (v) => v.mkdir('/d')],
    ['mkdir', (v) => v.mkdir('/d', {recursive: true})],
    ['mkdtemp', (v) => v.mkdtemp('/d')],
    ['rmdir', (v) => v.rmdir('/lost+found')],
    ['unlink', (v) => v.unlink('/f')],
    ['rm', (v) => v.rm('/f', {recursive: true, force: true})],
    ['rename', (v) => v.rename('/f', '/g')],
    ['link', (v) => v.link('/f', '/g')],
    ['symlink', (v) => v.symlink('f', '/g')],
    ['mknod', (v) => v.mknod('/f', 0o10644)],
    ['chmod', (v) => v.chmod('/lost+found', 0o755)],
    ['chown', (v) => v.chown('/lost+found', 0, 0)],
    ['lchown', (v) => v.lchown('/lost+found', 0, 0)],
    ['utime', (v) => v.utimes('/lost+found', 0, 0)],
    ['lutime', (v) => v.lutimes('/lost+found', 0, 0)],
    ['utime', (v) => v.setTimes('/lost+found', {})],
    ['copyfile', (v) => v.copyFile('/f', '/g')],
    ['setxattr', (v) => v.setxattr('/lost+found', 'user.x', '')],
    ['removexattr', (v) => v.removexattr('/lost+found', 'user.x')],
    ['setflags', (v) => v.setFlags('/lost+found', 0)],
  ])('refuses %s, and says what to do', async (syscall, change) => {
    const error: unknown = await change(volume).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(KdiskError);
    expect(error).toMatchObject({code: 'EROFS', errno: -30, syscall, message: expect.stringContaining('{write: true}')});
  });

  it('has nothing to sync, and does not change', async () => {
    expect(await volume.sync()).toBeUndefined();
    expect(tool('e2fsck', ['-fn', path])).toContain('11/2048 files');
  });
});

describe('what cannot be opened for writing', () => {
  it('is what shall be seen as it is', async () => {
    const path = ext4Image(place('as-is.img'), 8 * MIB);
    await expect(open(path, {asIs: true, write: true})).rejects.toMatchObject({code: 'ERR_INVALID_ARG_VALUE'});
  });

  it('is a file without permission', async () => {
    const path = ext4Image(place('protected.img'), 8 * MIB);
    chmodSync(path, 0o444);
    if (isRoot) chmodSync(directory, 0o755);
    if (isRoot) process.seteuid!(65534);
    try {
      await expect(open(path, {write: true})).rejects.toMatchObject({code: 'EACCES', syscall: 'open', path});
      await (await open(path)).close();
    } finally {
      if (isRoot) process.seteuid!(0);
    }
  });

  it('is in use by this process', async () => {
    const path = ext4Image(place('busy.img'), 8 * MIB);
    {
      await using first = await open(path, {write: true});
      expect(first.writable).toBe(true);
      for (const write of [true, false])
        await expect(open(path, {write})).rejects.toMatchObject({code: 'EBUSY', path, message: /another program|writes to it/});
    }
    await using reader = await open(path);
    await expect(open(path, {write: true})).rejects.toMatchObject({code: 'EBUSY'});
    expect(reader.writable).toBe(false);
  });

  it('is in use by another process', async () => {
    const path = ext4Image(place('busy-elsewhere.img'), 8 * MIB);
    const holder = spawn('flock', ['-s', path, '-c', 'echo locked; read line'], {stdio: ['pipe', 'pipe', 'inherit']});
    await once(holder.stdout, 'data');
    await expect(open(path, {write: true})).rejects.toMatchObject({code: 'EBUSY', message: /another program has it open/});
    await (await open(path)).close();
    holder.stdin.end();
    await once(holder, 'exit');
    await (await open(path, {write: true})).close();
  });

  it.each([
    ['ext4 with errors', 3, /errors are recorded.*kdisk fsck/],
    ['ext4 that is not valid', 0, /not valid.*kdisk fsck/],
  ])('%s needs repair, and stays as it is', async (_, state, words) => {
    const path = ext4Image(place(`damaged-${state}.img`), 8 * MIB);
    tool('debugfs', ['-w', '-R', `set_super_value state ${state}`, path]);
    const before = sha256(path);
    const image = await open(path, {write: true});
    await expect(image.volume()).rejects.toMatchObject({code: 'ERR_NEEDS_REPAIR', path, message: expect.stringMatching(words)});
    await image.close();
    expect(sha256(path)).toBe(before);
    // It can still be read.
    await using reader = await open(path);
    expect(await (await reader.volume()).readdir('/')).toEqual(['lost+found']);
  });

  it('ntfs that is dirty needs repair', async () => {
    const path = emptyImage(place('ntfs.img'), 16 * MIB);
    tool('mkfs.ntfs', ['-q', '-F', path]);
    tool('ntfsfix', [path]);
    await using image = await open(path, {write: true});
    await expect(image.volume()).rejects.toMatchObject({code: 'ERR_NEEDS_REPAIR', message: /dirty.*chkdsk/});
  });

  it('is a file system that is never written: it is read', async () => {
    const path = place('squashfs.img');
    copyFileSync(fixture('squashfs-gzip').image, path);
    const before = sha256(path);
    const image = await open(path, {write: true});
    const volume = await image.volume();
    expect([image.writable, volume.writable, (await volume.statfs()).readOnly]).toEqual([true, false, true]);
    await expect(volume.writeFile('/f', '')).rejects.toMatchObject({
      code: 'EROFS',
      message: expect.stringMatching(/squashfs only reads/),
    });
    await image.close();
    expect(sha256(path)).toBe(before);
  });
});

describe('a journal that is left', () => {
  it.each([
    ['dirty-ext4', 'e2fsck', ['-fn']],
    ['dirty-ext3', 'e2fsck', ['-fn']],
    ['dirty-xfs', 'xfs_repair', ['-n']],
    ['dirty-btrfs', 'btrfs', ['check', '--readonly']],
    ['dirty-f2fs', 'fsck.f2fs', ['--dry-run']],
  ])('%s is replayed for good', async (name, judge, options) => {
    const path = place(`${name}.img`);
    copyFileSync(fixture(name).image, path);
    const image = await open(path, {write: true});
    const [found] = image.places;
    expect(await image.state(found!)).toMatchObject({clean: false, replayed: true});
    const volume = await image.volume();
    expect(await volume.readFile('/late/file', 'utf8')).toBe('replayed\n');
    await volume.writeFile('/late/new', 'new');
    await image.close();
    tool(judge, [...options, path]);
    await using again = await open(path, {asIs: true});
    expect(await again.state(found!)).toEqual({clean: true});
    expect(await (await again.volume()).readFile('/late/new', 'utf8')).toBe('new');
  });

  it('a vfat that was dirty before stays so, without complaint', async () => {
    const path = place('dirty-vfat.img');
    copyFileSync(fixture('dirty-vfat').image, path);
    const image = await open(path, {write: true});
    await (await image.volume()).writeFile('/new', 'new');
    await image.close();
    expect(tool('mtype', ['-i', path, '::/new'])).toBe('new');
  });
});

describe('close', () => {
  it('leaves all in the file, also of what was still open', async () => {
    const path = await withVolume('open-handles', async (volume) => {
      const handle = await volume.open('/f', 'w');
      await handle.write('not closed');
      await volume.opendir('/');
      await volume.walk('/').next();
      await volume.entries('/').next();
    });
    tool('e2fsck', ['-fn', path]);
    expect(tool('debugfs', ['-R', 'cat /f', path])).toBe('not closed');
  });

  it('ends what is under way, with an error', async () => {
    const results: Promise<unknown>[] = [];
    const path = await withVolume('under-way', async (volume) => {
      for (let index = 0; index < 500; index++) await volume.writeFile(`/f${index}`, '');
      await volume.mkdir('/d');
      await volume.writeFile('/large', Buffer.alloc(6 * MIB));
      results.push(volume.rm('/lost+found', {recursive: true}), volume.copyFile('/large', '/copy'));
      results.push(volume.writeFile('/endless', (function* () {
        for (;;) yield Buffer.alloc(1000, 'x');
      })()));
      for (const result of results) result.catch(() => {});
      await volume.stat('/');
    });
    const settled = await Promise.allSettled(results);
    expect(settled.at(-1)).toMatchObject({status: 'rejected', reason: {code: 'ERR_CLOSED'}});
    tool('e2fsck', ['-fn', path]);
  });

  it('does no harm again, and ends everything', async () => {
    let volume: Volume | undefined;
    let image: Image | undefined;
    await withVolume('again', async (first, whole) => {
      [volume, image] = [first, whole];
      const handle = await volume.open('/f', 'w');
      await image.close();
      await image.close();
      await volume.close();
      await expect(handle.write('x')).rejects.toMatchObject({code: 'ERR_CLOSED'});
      await expect(handle.sync()).rejects.toMatchObject({code: 'ERR_CLOSED'});
    });
    await expect(volume!.writeFile('/f', 'x')).rejects.toMatchObject({code: 'ERR_CLOSED'});
    await expect(volume!.rm('/f', {force: true})).rejects.toMatchObject({code: 'ERR_CLOSED'});
    await expect(image!.volume()).rejects.toMatchObject({code: 'ERR_CLOSED'});
  });

  it('of a volume lets it be mounted again', async () => {
    const path = await withVolume('remount', async (volume, image) => {
      await volume.writeFile('/one', '1');
      await volume.close();
      const again = await image.volume();
      expect(again).not.toBe(volume);
      await again.writeFile('/two', '2');
    });
    tool('e2fsck', ['-fn', path]);
    expect(tool('debugfs', ['-R', 'ls -p /', path])).toMatch(/one[^]*two/);
  });

  it('tells of a file system that stays in use', async () => {
    const path = ext4Image(place('in-use.img'), 8 * MIB);
    const image = await open(path, {write: true});
    const {addon, root} = VolumeBase.callerOf(await image.volume());
    const fd = await addon.syscall(root, NR.openat, AT_FDCWD, '/lost+found', O_RDONLY, 0);
    await expect(image.close()).rejects.toMatchObject({code: 'EBUSY', syscall: 'umount'});
    await addon.syscall(root, NR.close, fd);
  });

  it('tells of a file system that is not clean', async () => {
    const path = ext4Image(place('not-clean.img'), 8 * MIB);
    const image = await open(path, {write: true});
    const volume = await image.volume();
    await volume.writeFile('/f', 'x');
    // A second mount of it: the first one's end is not the last.
    const addon = binding();
    await addon.syscall(-1, NR.mkdirat, AT_FDCWD, '/second', 0o755);
    expect(await addon.syscall(-1, NR.mount, image.device, '/second', 'ext4', 0, null)).toBe(0);
    await expect(image.close()).rejects.toMatchObject({
      code: 'ERR_NOT_CLEAN',
      path,
      message: expect.stringContaining('journal waits to be replayed'),
    });
    expect(await addon.syscall(-1, NR.umount2, '/second', 0)).toBe(0);
  });

  it.each<[string, (path: string) => void]>([
    ['removed', (path) => rmSync(path)],
    ['renamed', (path) => renameSync(path, `${path}.old`)],
    [
      'replaced',
      (path) => {
        renameSync(path, `${path}.old`);
        emptyImage(path, MIB);
      },
    ],
  ])('tells that the image was %s meanwhile', async (what, change) => {
    const path = ext4Image(place(`${what}.img`), 8 * MIB);
    const image = await open(path, {write: true});
    const volume = await image.volume();
    change(path);
    await volume.writeFile('/f', 'x');
    await expect(image.close()).rejects.toMatchObject({code: 'ERR_IMAGE_GONE', path});
    await expect(image.close()).rejects.toMatchObject({code: 'ERR_IMAGE_GONE'});
  });
});

describe('a full image', () => {
  const large = Buffer.alloc(3 * MIB, 'x');
  const fill = async (volume: Volume) => {
    for (let index = 0; ; index++) await volume.writeFile(`/f${index}`, large);
  };

  it.each<[string, string, (volume: Volume) => Promise<unknown>]>([
    ['writeFile', 'write', (volume) => volume.writeFile('/more', large)],
    ['appendFile', 'write', (volume) => volume.appendFile('/f0', large)],
    ['a stream', 'write', (volume) => pipeline([large], volume.createWriteStream('/more'))],
    ['copyFile', 'copyfile', (volume) => volume.copyFile('/f0', '/more')],
    ['a handle', 'write', async (volume) => (await volume.open('/more', 'w')).write(large)],
  ])('%s names the file, and the image stays clean', async (what, syscall, more) => {
    const path = await withVolume(`full-${what.replaceAll(' ', '-')}`, async (volume) => {
      await expect(fill(volume)).rejects.toMatchObject({code: 'ENOSPC', syscall: 'write', path: /^\/f\d$/});
      const where = what === 'appendFile' || what === 'copyFile' ? '/f0' : '/more';
      await expect(more(volume)).rejects.toMatchObject({code: 'ENOSPC', errno: -28, syscall, path: where});
      expect((await volume.readFile('/f0')).subarray(0, large.length).equals(large)).toBe(true);
      if (what === 'copyFile') await expect(volume.stat('/more')).rejects.toMatchObject({code: 'ENOENT'});
      await volume.rm('/f0');
      await volume.writeFile('/after', 'room again');
    });
    tool('e2fsck', ['-fn', path]);
    expect(tool('debugfs', ['-R', 'cat /after', path])).toBe('room again');
  });

  it('has no room for more files either', async () => {
    await withVolume('no-inodes', async (volume) => {
      const made = (async () => {
        for (let index = 0; ; index++) await volume.writeFile(`/f${index}`, '');
      })();
      await expect(made).rejects.toMatchObject({code: 'ENOSPC', syscall: 'open', path: /^\/f\d+$/});
    }, 2);
  });
});

describe('two images at once', () => {
  it('pass content from one to the other, each to its own file', async () => {
    mkdirSync(place('two'));
    const paths = ['one', 'two'].map((name) => ext4Image(place(`two/${name}.img`), 16 * MIB));
    const content = Buffer.from(Array.from({length: 2_500_000}, (_, index) => (index * 31) >> 3));
    {
      await using one = await open(paths[0]!, {write: true});
      await using two = await open(paths[1]!, {write: true});
      const [from, to] = [await one.volume(), await two.volume()];
      await Promise.all([from.writeFile('/f', content), to.writeFile('/f', 'other')]);
      await pipeline(from.createReadStream('/f'), to.createWriteStream('/copy'));
      await to.writeFile('/second', from.createReadStream('/f'));
      expect((await to.readFile('/copy')).equals(content)).toBe(true);
      expect((await to.readFile('/second')).equals(content)).toBe(true);
      expect(await to.readFile('/f', 'utf8')).toBe('other');
      await expect(from.rename('/f', '/no/f')).rejects.toMatchObject({code: 'ENOENT'});
    }
    for (const path of paths) tool('e2fsck', ['-fn', path]);
    expect(tool('debugfs', ['-R', 'ls -p /', paths[0]!])).not.toContain('copy');
  });

  it('of which one fails do not harm each other', async () => {
    const [full, good] = ['full', 'good'].map((name) => ext4Image(place(`beside-${name}.img`), 8 * MIB));
    await using one = await open(full!, {write: true});
    const two = await open(good!, {write: true});
    const [first, second] = [await one.volume(), await two.volume()];
    const results = await Promise.allSettled([
      first.writeFile('/f', Buffer.alloc(20 * MIB, 1)),
      second.writeFile('/f', Buffer.alloc(MIB, 2)),
    ]);
    expect(results.map(({status}) => status)).toEqual(['rejected', 'fulfilled']);
    await two.close();
    tool('e2fsck', ['-fn', good!]);
  });
});

describe('partitions', () => {
  it('are written side by side', async () => {
    const path = emptyImage(place('parts.img'), 96 * MIB);
    tool('sfdisk', ['-q', path], 'label: gpt\nsize=32M\nsize=48M\n');
    const image = await open(path);
    const starts = image.partitions.map(({start}) => Number(start));
    await image.close();
    tool('mke2fs', ['-q', '-t', 'ext4', '-E', `offset=${starts[0]}`, path, '32M']);
    tool('mkfs.vfat', ['--offset', String(starts[1]! / 512), path, String(48 * 1024)]);
    const written = await open(path, {write: true});
    const [ext4, vfat] = await Promise.all([1, 2].map((number) => written.volume([{kind: 'partition', number}])));
    await Promise.all([ext4!.writeFile('/f', 'one'), vfat!.writeFile('/f', 'two')]);
    await written.close();
    await using again = await open(path, {asIs: true});
    for (const found of again.places) expect(await again.state(found)).toEqual({clean: true});
    expect(tool('mtype', ['-i', `${path}@@${starts[1]}`, '::/f'])).toBe('two');
    expect(tool('debugfs', ['-R', 'cat /f', `${path}?offset=${starts[0]}`])).toBe('one');
  });
});
