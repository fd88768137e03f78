// SPDX-License-Identifier: GPL-2.0-only
// Directory entries: the records in which the addon's list() hands them over in bulk, and Node's fs.Dirent shape.
import {decodeBigStatx, STATX_SIZE, type VolumeStats} from './statx.ts';
import {S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG, S_IFSOCK} from './syscalls.ts';

/** One entry as the kernel gave it; names are bytes, because not all of them are UTF-8. */
export interface Entry {
  name: Buffer;
  ino: bigint;
  /** S_IF* bits, or 0 where the file system does not say. */
  type: number;
  /** Only when asked for, and if the kernel could tell (`errno` is 0). */
  stats?: VolumeStats<bigint>;
  /** Target of a symbolic link, only with `stats`. */
  target?: Buffer;
  /** Negative when this entry, or with an empty name the directory itself, can't be read. */
  errno: number;
}

const HEADER = 32;

/** Decodes a buffer of addon.list(); its layout is in addon/index.d.ts. */
export function decodeEntries(records: Buffer, withStats: boolean): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < records.length;) {
    const length = records.readUInt32LE(at);
    const nameLength = records.readUInt32LE(at + 4);
    const targetLength = records.readUInt32LE(at + 8);
    const errno = records.readInt32LE(at + 12);
    const nameAt = at + HEADER + (withStats ? STATX_SIZE : 0);
    const entry: Entry = {
      name: records.subarray(nameAt, nameAt + nameLength),
      ino: records.readBigUInt64LE(at + 16),
      // DT_* of getdents is the S_IF* type, shifted
      type: records.readUInt8(at + 24) << 12,
      errno,
    };
    if (withStats && errno === 0) {
      entry.stats = decodeBigStatx(records.subarray(at + HEADER, nameAt));
      entry.type = Number(entry.stats.mode) & 0o170000;
      if (entry.type === S_IFLNK)
        entry.target = records.subarray(nameAt + nameLength, nameAt + nameLength + targetLength);
    }
    entries.push(entry);
    if (length < HEADER) throw new RangeError(`directory record of ${length} bytes`);
    at += length;
  }
  return entries;
}

/** As fs.Dirent. */
export class VolumeDirent<Name extends string | Buffer = string> {
  constructor(
    readonly name: Name,
    /** The directory, as it was given. */
    readonly parentPath: string | Buffer,
    private readonly type: number,
  ) {}

  isFile(): boolean {
    return this.type === S_IFREG;
  }
  isDirectory(): boolean {
    return this.type === S_IFDIR;
  }
  isSymbolicLink(): boolean {
    return this.type === S_IFLNK;
  }
  isBlockDevice(): boolean {
    return this.type === S_IFBLK;
  }
  isCharacterDevice(): boolean {
    return this.type === S_IFCHR;
  }
  isFIFO(): boolean {
    return this.type === S_IFIFO;
  }
  isSocket(): boolean {
    return this.type === S_IFSOCK;
  }
}
