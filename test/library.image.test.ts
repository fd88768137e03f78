// SPDX-License-Identifier: GPL-2.0-only
// The library against a real image: the same results as node:fs gives, and errors of the same shape.
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {text} from 'node:stream/consumers';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {KdiskError, open, type Image, type Volume} from '../src/index.ts';
import {BIG, makeDisks, RAW_NAME, TIME} from './support/disk.ts';
import {temporaryDirectory} from './support/tools.ts';

const {plain, gpt} = makeDisks(temporaryDirectory());
let image: Image;
let volume: Volume;

beforeAll(async () => {
  image = await open(gpt);
  volume = await image.volume([{kind: 'partition', number: 2}]);
});

afterAll(() => image.close());

describe('Image', () => {
  it('knows its table, partitions and what they hold', () => {
    expect(image.path).toBe(gpt);
    expect(image.size).toBe(80n * 1024n * 1024n);
    expect(image.partitionTable).toMatchObject({kind: 'gpt'});
    expect(
      image.partitions.map(({number, typeName, name, content}) => [number, typeName, name, content?.type]),
    ).toEqual([
      [1, 'EFI system', 'EFI System', 'vfat'],
      [2, 'Linux', 'root', 'ext4'],
      [3, 'Linux swap', undefined, 'swap'],
      [4, 'Linux', undefined, undefined],
    ]);
  });

  it('gives the same volume when asked twice, and others beside it', async () => {
    expect(await image.volume([{kind: 'label', value: 'root'}])).toBe(volume);
    const efi = await image.volume([{kind: 'partition', number: 1}]);
    expect(await efi.readdir('/')).toEqual(['fstab']);
    expect(efi.content).toMatchObject({type: 'vfat', label: 'EFI'});
  });

  it('rejects for what it has not', async () => {
    await expect(image.volume()).rejects.toMatchObject({code: 'ERR_AMBIGUOUS_VOLUME'});
    await expect(open('/nowhere/x.img')).rejects.toMatchObject({code: 'ENOENT', path: '/nowhere/x.img'});
    await expect(open('/nowhere/x.img')).rejects.toBeInstanceOf(KdiskError);
  });

  it('can be closed and opened again, and does not write', async () => {
    const digest = () => createHash('sha256').update(readFileSync(plain)).digest('hex');
    const before = digest();
    for (const asIs of [false, true]) {
      const other = await open(plain, {asIs});
      const only = await other.volume();
      expect(await only.readFile('/etc/hostname', 'utf8')).toBe('host\n');
      // An open file is closed with the image.
      await only.open('/empty');
      await other.close();
      await other.close();
      await expect(only.stat('/')).rejects.toMatchObject({code: 'ERR_CLOSED'});
      await expect(other.volume()).rejects.toMatchObject({code: 'ERR_CLOSED'});
    }
    expect(digest()).toBe(before);
  });

  it('is disposed of by a block', async () => {
    let kept: Volume;
    {
      await using other = await open(plain);
      kept = await other.volume();
    }
    await expect(kept.readdir('/')).rejects.toMatchObject({code: 'ERR_CLOSED'});
  });
});

describe('Volume', () => {
  it('reads directories in every form', async () => {
    expect(await volume.readdir('/etc')).toEqual(['fstab', 'hostname', 'os-release', 'ssh']);
    expect(await volume.readdir('deep', {recursive: true})).toEqual(['a', 'a/b']);
    expect((await volume.readdir('/odd', 'buffer')).some((name) => name.equals(RAW_NAME))).toBe(true);
    const entries = await volume.readdir('/', {withFileTypes: true});
    expect(entries.find(({name}) => name === 'etc')!.isDirectory()).toBe(true);
    expect(entries.find(({name}) => name === 'link')!.isSymbolicLink()).toBe(true);
    const names: string[] = [];
    for await (const entry of await volume.opendir('/many')) names.push(entry.name);
    expect(names).toHaveLength(1500);
  });

  it('examines files, with and without bigint', async () => {
    const stats = await volume.stat('/link');
    expect(stats).toMatchObject({size: 5, nlink: 2, uid: 0, mode: 0o100644});
    expect(stats.isFile()).toBe(true);
    expect(stats.mtime).toEqual(TIME);
    expect((await volume.lstat('/link')).isSymbolicLink()).toBe(true);
    const big = await volume.stat('/sparse', {bigint: true});
    expect(big.size).toBe(64n * 1024n * 1024n);
    expect(big.mtimeNs % 1_000_000_000n).toBeTypeOf('bigint');
    expect((await volume.stat('/hard')).ino).toBe((await volume.stat('/etc/hostname')).ino);
  });

  it('reads links, and stays inside', async () => {
    expect(await volume.readlink('/absolute')).toBe('/etc');
    expect(await volume.readlink('/link', {encoding: 'buffer'})).toEqual(Buffer.from('etc/hostname'));
    expect(await volume.readFile('/absolute/../../../../etc/hostname', 'utf8')).toBe('host\n');
    expect(await volume.access('/etc/hostname')).toBeUndefined();
  });

  it('takes paths as bytes', async () => {
    const path = Buffer.concat([Buffer.from('/odd/'), RAW_NAME]);
    expect(await volume.readFile(path, 'utf8')).toBe('raw');
    await expect(volume.stat('/a\0b')).rejects.toMatchObject({code: 'ERR_INVALID_ARG_VALUE'});
  });

  it('tells how full it is', async () => {
    const {bsize, blocks, bfree, files, type} = await volume.statfs();
    expect(type).toBe(0xef53n);
    expect(blocks * bsize).toBeGreaterThan(30n * 1024n * 1024n);
    expect(bfree).toBeLessThan(blocks);
    expect(files).toBeGreaterThan(1500n);
  });

  it('fails like node:fs', async () => {
    await expect(volume.readFile('/nope')).rejects.toMatchObject({
      name: 'KdiskError',
      message: "ENOENT: no such file or directory, open '/nope'",
      code: 'ENOENT',
      errno: -2,
      syscall: 'open',
      path: '/nope',
    });
    await expect(volume.readdir('/etc/hostname')).rejects.toMatchObject({code: 'ENOTDIR', syscall: 'scandir'});
    await expect(volume.readFile('/etc')).rejects.toMatchObject({code: 'EISDIR', syscall: 'read'});
    await expect(volume.readlink('/etc')).rejects.toMatchObject({code: 'EINVAL', syscall: 'readlink'});
    await expect(volume.stat('/loop')).rejects.toMatchObject({code: 'ELOOP', syscall: 'stat'});
    await expect(volume.opendir('/nope')).rejects.toMatchObject({code: 'ENOENT'});
    await expect(volume.open('/etc/hostname', 'w' as 'r')).rejects.toThrow(/read-only/);
  });
});

describe('FileHandle', () => {
  it('reads at a place, and on from where it was', async () => {
    await using file = await volume.open('/boot/initrd.gz');
    const buffer = Buffer.alloc(100);
    expect((await file.read(buffer, 10, 20, 1_000_000)).bytesRead).toBe(20);
    expect(buffer.subarray(10, 30)).toEqual(BIG.subarray(1_000_000, 1_000_020));
    await file.read(buffer);
    await file.read(buffer);
    expect(buffer).toEqual(BIG.subarray(100, 200));
    expect((await file.read(buffer, 0, 100, BIG.length - 1)).bytesRead).toBe(1);
    expect((await file.read(buffer, 0, 100, BIG.length)).bytesRead).toBe(0);
    expect((await file.stat({bigint: true})).size).toBe(BigInt(BIG.length));
    await expect(file.read(buffer, 90, 20)).rejects.toThrow(RangeError);
  });

  it('reads whole files, also the rest of one', async () => {
    expect((await volume.readFile('/boot/initrd.gz')).equals(BIG)).toBe(true);
    expect(await volume.readFile('/empty')).toEqual(Buffer.alloc(0));
    await using file = await volume.open('/etc/hostname');
    await file.read(Buffer.alloc(2));
    expect(await file.readFile('utf8')).toBe('st\n');
  });

  it('streams, in part too', async () => {
    expect(await text(volume.createReadStream('/etc/hostname'))).toBe('host\n');
    expect(await text(volume.createReadStream('/etc/hostname', {start: 1, end: 2}))).toBe('os');
    const parts: Buffer[] = [];
    for await (const part of volume.createReadStream('/boot/initrd.gz', {highWaterMark: 65536}))
      parts.push(part as Buffer);
    expect(Buffer.concat(parts).equals(BIG)).toBe(true);
    await expect(text(volume.createReadStream('/nope'))).rejects.toMatchObject({code: 'ENOENT'});
  });

  it('can be left early, and is of no use when closed', async () => {
    const file = await volume.open('/sparse');
    for await (const chunk of file.chunks()) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await file.close();
    await file.close();
    await expect(file.read(Buffer.alloc(1))).rejects.toMatchObject({code: 'ERR_CLOSED'});
  });

  it('serves many readers at once', async () => {
    const names = await volume.readdir('/many');
    const contents = await Promise.all(names.slice(0, 200).map((name) => volume.readFile(`/many/${name}`)));
    expect(contents.every(({length}) => length === 0)).toBe(true);
    const same = await Promise.all([1, 2, 3, 4].map(() => volume.readFile('/boot/initrd.gz')));
    expect(same.every((content) => content.equals(BIG))).toBe(true);
  });
});
