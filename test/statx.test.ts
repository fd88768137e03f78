// SPDX-License-Identifier: GPL-2.0-only
// Kernel structs as Node's objects.
import {statSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {decodeEntries} from '../src/dirents.ts';
import {decodeStatfs} from '../src/statfs.ts';
import {decodeBigStatx, decodeStatx, splitDevice} from '../src/statx.ts';

interface Fields {
  mode: number;
  ino?: bigint;
  size?: bigint;
  mtime?: [seconds: bigint, nanoseconds: number];
  rdev?: [major: number, minor: number];
}

function statx({mode, ino = 0n, size = 0n, mtime = [0n, 0], rdev = [0, 0]}: Fields): Buffer {
  const bytes = Buffer.alloc(256);
  bytes.writeUInt32LE(4096, 4);
  bytes.writeUInt32LE(1, 16);
  bytes.writeUInt32LE(1000, 20);
  bytes.writeUInt32LE(100, 24);
  bytes.writeUInt16LE(mode, 28);
  bytes.writeBigUInt64LE(ino, 32);
  bytes.writeBigUInt64LE(size, 40);
  bytes.writeBigUInt64LE(8n, 48);
  bytes.writeBigInt64LE(mtime[0], 112);
  bytes.writeUInt32LE(mtime[1], 120);
  bytes.writeUInt32LE(rdev[0], 128);
  bytes.writeUInt32LE(rdev[1], 132);
  return bytes;
}

describe('statx', () => {
  it('has the fields of fs.Stats', () => {
    const stats = decodeStatx(statx({mode: 0o100644, ino: 12n, size: 5n}));
    expect(stats).toMatchObject({
      mode: 0o100644,
      ino: 12,
      size: 5,
      nlink: 1,
      uid: 1000,
      gid: 100,
      blksize: 4096,
      blocks: 8,
    });
    for (const key of Object.keys(statSync('.'))) expect(stats).toHaveProperty(key);
    expect([stats.isFile(), stats.isDirectory(), stats.isSymbolicLink()]).toEqual([true, false, false]);
  });

  it('keeps 64 bits and nanoseconds', () => {
    const stats = decodeBigStatx(
      statx({mode: 0o100644, ino: 2n ** 64n - 1n, size: 2n ** 63n - 1n, mtime: [1_700_000_000n, 123_456_789]}),
    );
    expect(stats.ino).toBe(2n ** 64n - 1n);
    expect(stats.size).toBe(2n ** 63n - 1n);
    expect(stats.mtimeNs).toBe(1_700_000_000_123_456_789n);
    expect(stats.mtimeMs).toBe(1_700_000_000_123n);
    expect(decodeStatx(statx({mode: 0, mtime: [1n, 500_000]})).mtimeMs).toBe(1000.5);
  });

  it('counts back from 1970', () => {
    const stats = decodeBigStatx(statx({mode: 0, mtime: [-1n, 999_999_999]}));
    expect(stats.mtimeNs).toBe(-1n);
    expect(stats.mtime.getTime()).toBe(-1);
  });

  it.each([
    [8, 1],
    [254, 17],
    [0xfff, 0xfffff],
    [0x12345, 0x6789a],
  ])('packs device %i:%i as glibc does, and back', (major, minor) => {
    expect(splitDevice(decodeBigStatx(statx({mode: 0o060000, rdev: [major, minor]})).rdev)).toEqual({major, minor});
  });

  it.runIf(process.platform === 'linux')('agrees with Node on /dev/null', () => {
    expect(splitDevice(statSync('/dev/null').rdev)).toEqual({major: 1, minor: 3});
  });
});

describe('statfs', () => {
  it('counts in the unit of f_frsize', () => {
    const bytes = Buffer.alloc(120);
    [0xef53n, 4096n, 100n, 40n, 30n, 16n, 5n, 0n, 255n, 1024n].forEach((word, index) =>
      bytes.writeBigUInt64LE(word, index * 8),
    );
    expect(decodeStatfs(bytes)).toEqual({
      type: 0xef53n,
      bsize: 1024n,
      blocks: 100n,
      bfree: 40n,
      bavail: 30n,
      files: 16n,
      ffree: 5n,
      namelen: 255n,
      readOnly: false,
    });
  });
});

function record(name: Buffer, type: number, errno = 0, stats?: Buffer, target = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(32);
  const body = Buffer.concat([header, stats ?? Buffer.alloc(0), name, target]);
  const whole = Buffer.concat([body, Buffer.alloc((8 - (body.length % 8)) % 8)]);
  whole.writeUInt32LE(whole.length, 0);
  whole.writeUInt32LE(name.length, 4);
  whole.writeUInt32LE(target.length, 8);
  whole.writeInt32LE(errno, 12);
  whole.writeBigUInt64LE(77n, 16);
  whole.writeUInt8(type, 24);
  return whole;
}

describe('records of list()', () => {
  it('gives names as bytes', () => {
    const [first, second] = decodeEntries(
      Buffer.concat([record(Buffer.from('file'), 8), record(Buffer.from([0xff, 0xfe]), 4)]),
      false,
    );
    expect(first).toEqual({name: Buffer.from('file'), ino: 77n, type: 0o100000, errno: 0});
    expect(second).toMatchObject({name: Buffer.from([0xff, 0xfe]), type: 0o040000});
  });

  it('takes the type from the inode where there is one, and targets of links', () => {
    const stats = statx({mode: 0o120777});
    const [link] = decodeEntries(record(Buffer.from('link'), 0, 0, stats, Buffer.from('to/there')), true);
    expect(link).toMatchObject({type: 0o120000, target: Buffer.from('to/there')});
  });

  it('passes on what could not be examined', () => {
    const [bad] = decodeEntries(record(Buffer.from('bad'), 8, -117, Buffer.alloc(256)), true);
    expect(bad).toMatchObject({errno: -117, type: 0o100000});
    expect(bad!.stats).toBeUndefined();
  });

  it('does not loop for a record of no length', () => {
    expect(() => decodeEntries(Buffer.alloc(32), false)).toThrow(RangeError);
  });
});
