// SPDX-License-Identifier: GPL-2.0-only
// What a tree looks like, in the form that fixtures/tools/manifest.c prints and engine-view.ts builds; and how two of
// them are compared.
import {createHash, type Hash} from 'node:crypto';

/** Fields as in manifest.c; base64 for bytes, decimal text for 64 bits, [seconds, nanoseconds] for times. */
export interface ManifestEntry {
  path: string;
  type?: string;
  mode?: number;
  uid?: number;
  gid?: number;
  nlink?: number;
  ino?: string;
  size?: string;
  blocks?: string;
  mtime?: [number, number];
  ctime?: [number, number];
  btime?: [number, number];
  rdev?: [number, number];
  target?: string;
  hash?: string;
  xattrs?: Record<string, string | number>;
  /** Positive errno of the step that failed. */
  statError?: number;
  readdirError?: number;
  openError?: number;
  readError?: number;
  readlinkError?: number;
  listxattrError?: number;
}

/** By path, as base64. */
export type Manifest = Map<string, ManifestEntry>;

export function parseManifest(text: string): Manifest {
  const manifest: Manifest = new Map();
  for (const line of text.trim().split('\n')) {
    const entry = JSON.parse(line) as ManifestEntry;
    // A file system with room for it may still have none; the library can't tell it from 1970 either.
    if (entry.btime?.every((part) => part === 0)) delete entry.btime;
    // NTFS before 1970: the driver gives more than a second of nanoseconds.
    for (const time of [entry.mtime, entry.ctime, entry.btime]) {
      if (time) time.splice(0, 2, time[0] + Math.floor(time[1] / 1e9), time[1] % 1e9);
    }
    // A directory that can't be read has a second line.
    manifest.set(entry.path, {...manifest.get(entry.path), ...entry});
  }
  return manifest;
}

const printable = (path: string) => JSON.stringify(Buffer.from(path, 'base64').toString('latin1'));

/** Fields that the driver makes up anew at each mount: of all entries, or of one path. */
export interface Volatile {
  path?: string;
  fields: (keyof ManifestEntry)[];
}

/** One line for each difference, empty when both tell the same. */
export function differences(expected: Manifest, actual: Manifest, volatile: Volatile[] = []): string[] {
  const ignored = (path: string, field: keyof ManifestEntry) =>
    volatile.some((item) => item.fields.includes(field) && (item.path ?? path) === path);
  const found: string[] = [];
  for (const [path, entry] of expected) {
    const other = actual.get(path);
    if (!other) {
      found.push(`${printable(path)}: missing`);
      continue;
    }
    for (const field of new Set([...Object.keys(entry), ...Object.keys(other)]) as Set<keyof ManifestEntry>) {
      if (ignored(path, field)) continue;
      const [wanted, got] = [JSON.stringify(entry[field]), JSON.stringify(other[field])];
      if (wanted !== got) found.push(`${printable(path)}: ${field} is ${got}, the referee sees ${wanted}`);
    }
  }
  for (const path of actual.keys()) if (!expected.has(path)) found.push(`${printable(path)}: not seen by the referee`);
  return found;
}

const BLOCK = 4096;
const zeros = Buffer.alloc(BLOCK);

/** The content hash of manifest.c: blocks of zeros do not count, so that a hole and written zeros are the same. */
export class ContentHash {
  private readonly hash: Hash = createHash('sha256');

  /** @param offset multiple of 4096, as is the length of all but the last piece */
  update(piece: Buffer, offset: number): void {
    const le = Buffer.alloc(8);
    for (let at = 0; at < piece.length; at += BLOCK) {
      const block = piece.subarray(at, at + BLOCK);
      if (block.equals(block.length === BLOCK ? zeros : zeros.subarray(0, block.length))) continue;
      le.writeBigUInt64LE(BigInt(offset + at));
      this.hash.update(le).update(block);
    }
  }

  digest(size: bigint): string {
    const le = Buffer.alloc(8);
    le.writeBigUInt64LE(size);
    return this.hash.update(le).digest('hex');
  }
}
