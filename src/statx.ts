// SPDX-License-Identifier: GPL-2.0-only
// struct statx (include/uapi/linux/stat.h) as Node's fs.Stats and fs.BigIntStats have it; the times in nanoseconds are
// there in both forms, because milliseconds lose digits that file systems keep.
import {S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK} from './syscalls.ts';

export const STATX_SIZE = 256;

const NS = 1_000_000_000n;

/** What the fields hold: number as in fs.Stats, bigint as in fs.BigIntStats. */
type Numeric = number | bigint;

export class VolumeStats<T extends Numeric = number> {
  readonly dev: T;
  readonly ino: T;
  readonly mode: T;
  readonly nlink: T;
  readonly uid: T;
  readonly gid: T;
  readonly rdev: T;
  readonly size: T;
  readonly blksize: T;
  readonly blocks: T;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly birthtimeNs: bigint;

  constructor(bytes: Uint8Array, number: (value: bigint | number) => T) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const u32 = (at: number) => view.getUint32(at, true);
    const u64 = (at: number) => view.getBigUint64(at, true);
    const time = (at: number) => view.getBigInt64(at, true) * NS + BigInt(u32(at + 8));
    this.blksize = number(u32(4));
    this.nlink = number(u32(16));
    this.uid = number(u32(20));
    this.gid = number(u32(24));
    this.mode = number(view.getUint16(28, true));
    this.ino = number(u64(32));
    this.size = number(u64(40));
    this.blocks = number(u64(48));
    this.atimeNs = time(64);
    this.birthtimeNs = time(80);
    this.ctimeNs = time(96);
    this.mtimeNs = time(112);
    this.rdev = number(makedev(u32(128), u32(132)));
    this.dev = number(makedev(u32(136), u32(140)));
  }

  get atimeMs(): T {
    return this.milliseconds(this.atimeNs);
  }
  get mtimeMs(): T {
    return this.milliseconds(this.mtimeNs);
  }
  get ctimeMs(): T {
    return this.milliseconds(this.ctimeNs);
  }
  get birthtimeMs(): T {
    return this.milliseconds(this.birthtimeNs);
  }
  get atime(): Date {
    return dateOf(this.atimeNs);
  }
  get mtime(): Date {
    return dateOf(this.mtimeNs);
  }
  get ctime(): Date {
    return dateOf(this.ctimeNs);
  }
  get birthtime(): Date {
    return dateOf(this.birthtimeNs);
  }

  isFile(): boolean {
    return this.is(S_IFREG);
  }
  isDirectory(): boolean {
    return this.is(S_IFDIR);
  }
  isSymbolicLink(): boolean {
    return this.is(S_IFLNK);
  }
  isBlockDevice(): boolean {
    return this.is(S_IFBLK);
  }
  isCharacterDevice(): boolean {
    return this.is(S_IFCHR);
  }
  isFIFO(): boolean {
    return this.is(S_IFIFO);
  }
  isSocket(): boolean {
    return this.is(S_IFSOCK);
  }

  private is(type: number): boolean {
    return (Number(this.mode) & S_IFMT) === type;
  }

  private milliseconds(ns: bigint): T {
    if (typeof this.ino === 'bigint') return (ns / 1_000_000n) as T;
    // In one piece the nanoseconds of our time have more digits than a number.
    return (Number(ns / 1_000_000n) + Number(ns % 1_000_000n) / 1e6) as T;
  }
}

/** Rounded down, before 1970 too: the division of bigint rounds towards zero. */
function dateOf(ns: bigint): Date {
  const ms = ns / 1_000_000n;
  return new Date(Number(ns < 0n && ms * 1_000_000n !== ns ? ms - 1n : ms));
}

/** Major and minor packed as glibc's makedev() does, which is what Node's `rdev` holds on Linux. */
function makedev(major: number, minor: number): bigint {
  // Nearly always, and much faster.
  if (major < 0x1000 && minor < 0x100) return BigInt(major * 0x100 + minor);
  const [ma, mi] = [BigInt(major), BigInt(minor)];
  return ((ma & 0xfffn) << 8n) | ((ma & ~0xfffn) << 32n) | (mi & 0xffn) | ((mi & ~0xffn) << 12n);
}

export function splitDevice(rdev: Numeric): {major: number; minor: number} {
  const packed = BigInt(rdev);
  return {
    major: Number(((packed >> 8n) & 0xfffn) | ((packed >> 32n) & 0xfffff000n)),
    minor: Number((packed & 0xffn) | ((packed >> 12n) & 0xffffff00n)),
  };
}

export function decodeStatx(bytes: Uint8Array): VolumeStats<number> {
  return new VolumeStats<number>(bytes, Number);
}

export function decodeBigStatx(bytes: Uint8Array): VolumeStats<bigint> {
  return new VolumeStats<bigint>(bytes, BigInt);
}
