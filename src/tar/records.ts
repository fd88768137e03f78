// SPDX-License-Identifier: GPL-2.0-only
// The records in which the addon tells a tree and takes one (addon/index.d.ts has their layout).

export const KIND = {
  enter: 1,
  leave: 2,
  file: 3,
  data: 4,
  end: 5,
  abandon: 6,
  symlink: 7,
  hardLink: 8,
  special: 9,
  /** Only from the reader: `offset` is the errno, `target` what was done. */
  problem: 10,
} as const;

export interface Xattr {
  name: Buffer;
  value: Buffer;
}

export interface Metadata {
  /** struct statx */
  status: Buffer;
  /** FS_*_FL, where the file system has them. */
  flags?: number;
  xattrs: Xattr[];
}

export interface TreeRecord {
  kind: number;
  /** Of a file: `data` is all of it, no end follows. */
  whole: boolean;
  /** Last component; empty for the directory that all is below. */
  name: Buffer;
  /** Where it was read, for messages. */
  path: Buffer;
  target: Buffer;
  offset: number;
  metadata: Metadata | undefined;
  data: Buffer;
}

const HEAD = 32;
const STATUS = 256;
const HAS_METADATA = 1;
const IS_WHOLE = 2;
const HAS_FLAGS = 4;
const NOTHING = Buffer.alloc(0);

/** A record of one kind; what is not given is empty. */
export function record(kind: number, fields: Partial<Omit<TreeRecord, 'kind'>> = {}): TreeRecord {
  return {
    kind,
    whole: false,
    name: NOTHING,
    path: NOTHING,
    target: NOTHING,
    offset: 0,
    metadata: undefined,
    data: NOTHING,
    ...fields,
  };
}

/** The buffers are views of `bytes`. */
export function* decodeRecords(bytes: Buffer): Generator<TreeRecord> {
  for (let at = 0; at < bytes.length;) {
    const bits = bytes.readUInt16LE(at + 6);
    let position = at + HEAD;
    const take = (size: number) => bytes.subarray(position, (position += size));
    const status = bits & HAS_METADATA ? take(STATUS) : undefined;
    const name = take(bytes.readUInt16LE(at + 24));
    const path = take(bytes.readUInt16LE(at + 26));
    const target = take(bytes.readUInt16LE(at + 28));
    const xattrs: Xattr[] = [];
    for (let left = bytes.readUInt16LE(at + 30); left > 0; left--) {
      const [nameSize, valueSize] = [bytes.readUInt16LE(position), bytes.readUInt32LE(position + 4)];
      position += 8;
      xattrs.push({name: take(nameSize), value: take(valueSize)});
    }
    yield {
      kind: bytes.readUInt16LE(at + 4),
      whole: (bits & IS_WHOLE) !== 0,
      name,
      path,
      target,
      offset: Number(bytes.readBigUInt64LE(at + 8)),
      metadata: status && {status, xattrs, ...(bits & HAS_FLAGS ? {flags: bytes.readUInt32LE(at + 20)} : {})},
      data: take(bytes.readUInt32LE(at + 16)),
    };
    at += bytes.readUInt32LE(at);
  }
}

export function encodeRecord({kind, whole, name, path, target, offset, metadata, data}: TreeRecord): Buffer[] {
  const head = Buffer.alloc(HEAD);
  const pieces: Buffer[] = [head];
  if (metadata) pieces.push(metadata.status);
  pieces.push(name, path, target);
  for (const xattr of metadata?.xattrs ?? []) {
    const sizes = Buffer.alloc(8);
    sizes.writeUInt16LE(xattr.name.length, 0);
    sizes.writeUInt32LE(xattr.value.length, 4);
    pieces.push(sizes, xattr.name, xattr.value);
  }
  pieces.push(data);
  const used = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const padding = -used & 7;
  if (padding > 0) pieces.push(Buffer.alloc(padding));
  head.writeUInt32LE(used + padding, 0);
  head.writeUInt16LE(kind, 4);
  const flags = metadata?.flags;
  head.writeUInt16LE((metadata ? HAS_METADATA : 0) | (whole ? IS_WHOLE : 0) | (flags === undefined ? 0 : HAS_FLAGS), 6);
  head.writeBigUInt64LE(BigInt(offset), 8);
  head.writeUInt32LE(data.length, 16);
  head.writeUInt32LE(flags ?? 0, 20);
  head.writeUInt16LE(name.length, 24);
  head.writeUInt16LE(path.length, 26);
  head.writeUInt16LE(target.length, 28);
  head.writeUInt16LE(metadata?.xattrs.length ?? 0, 30);
  return pieces;
}

export interface StatusFields {
  /** With the type. */
  mode: number;
  uid: number;
  gid: number;
  size?: number;
  links?: number;
  atimeNs: bigint;
  mtimeNs: bigint;
  major?: number;
  minor?: number;
}

const NS = 1_000_000_000n;
/** STATX_TYPE, MODE, NLINK, UID, GID, ATIME, MTIME, SIZE. */
const MASK = 0x27f;

/** struct statx (include/uapi/linux/stat.h) with what an archive knows. */
export function encodeStatus(fields: StatusFields): Buffer {
  const status = Buffer.alloc(STATUS);
  const time = (at: number, ns: bigint) => {
    // Nanoseconds count upwards, before 1970 too.
    const rest = ((ns % NS) + NS) % NS;
    status.writeBigInt64LE((ns - rest) / NS, at);
    status.writeUInt32LE(Number(rest), at + 8);
  };
  status.writeUInt32LE(MASK, 0);
  status.writeUInt32LE(fields.links ?? 1, 16);
  status.writeUInt32LE(fields.uid, 20);
  status.writeUInt32LE(fields.gid, 24);
  status.writeUInt16LE(fields.mode, 28);
  status.writeBigUInt64LE(BigInt(fields.size ?? 0), 40);
  time(64, fields.atimeNs);
  time(112, fields.mtimeNs);
  status.writeUInt32LE(fields.major ?? 0, 128);
  status.writeUInt32LE(fields.minor ?? 0, 132);
  return status;
}
