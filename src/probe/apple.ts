// SPDX-License-Identifier: GPL-2.0-only
// Apple's file systems: HFS (struct hfs_mdb of fs/hfs/hfs.h), HFS+ (struct hfsplus_vh of fs/hfsplus/hfsplus_raw.h),
// alone or embedded in an HFS volume ("wrapped"), and APFS, which Linux can't read.
import {requireLate} from '../package-root.ts';
import {present, text, utf16, uuid} from './bytes.ts';
import type {Content, Head, Probe} from './types.ts';

type Found = Partial<Content> | undefined;

const HEADER = 1024;
const ROOT_PARENT = 1;

/** HFS has an identifier of eight bytes; the UUID is made of its MD5 in a name space of Apple's (RFC 4122, version 3). */
function nameUuid(id: Buffer): string | undefined {
  if (id.every((byte) => byte === 0)) return undefined;
  // Loaded here because hashing is needed for this alone, and start-up counts.
  const {createHash} = requireLate('node:crypto') as typeof import('node:crypto');
  const digest = createHash('md5').update('b3e20f39f29211d697a400306543ecac', 'hex').update(id).digest();
  digest[6] = 0x30 | (digest[6]! & 0x0f);
  digest[8] = 0x80 | (digest[8]! & 0x3f);
  return uuid(digest);
}

/** The volume's name is the key of the first record in the catalog: the thread of the root directory. */
async function hfsplusLabel(head: Head, volume: Buffer, start: number): Promise<string | undefined> {
  const block = volume.readUInt32BE(40);
  const extents: {first: number; count: number}[] = [];
  for (let at = 288; at < 288 + 8 * 8; at += 8)
    extents.push({first: volume.readUInt32BE(at), count: volume.readUInt32BE(at + 4)});
  const catalog = start + extents[0]!.first * block;
  const header = await head.read(catalog, 512);
  if (!header) return undefined;
  const nodeSize = header.readUInt16BE(14 + 18);
  // Byte offset of the first leaf within the catalog, then within the volume.
  let offset = header.readUInt32BE(14 + 10) * nodeSize;
  for (const {first, count} of extents) {
    if (offset >= count * block) {
      offset -= count * block;
      continue;
    }
    const leaf = await head.read(start + first * block + offset, Math.min(nodeSize, 1024));
    if (!leaf || leaf.readUInt32BE(14 + 2) !== ROOT_PARENT) return undefined;
    const length = Math.min(leaf.readUInt16BE(14 + 6), 255);
    return utf16(leaf.subarray(14 + 8, 14 + 8 + 2 * length), 'be');
  }
  return undefined;
}

async function hfsplus(head: Head, start = 0): Promise<Found> {
  const volume = await head.read(start + HEADER, 512);
  const signature = volume?.toString('latin1', 0, 2);
  if (!volume || (signature !== 'H+' && signature !== 'HX')) return undefined;
  const block = volume.readUInt32BE(40);
  if (block < 512) return undefined;
  return present<Partial<Content>>({
    type: 'hfsplus',
    version: signature === 'HX' ? 'HFSX' : undefined,
    label: await hfsplusLabel(head, volume, start),
    uuid: nameUuid(volume.subarray(104, 112)),
    size: start + volume.readUInt32BE(44) * block,
  });
}

async function hfs(head: Head): Promise<Found> {
  const mdb = head.near(HEADER, 162);
  const block = mdb.readUInt32BE(20);
  if (block === 0 || block % 512 !== 0) return undefined;
  if (mdb.toString('latin1', 124, 126) === 'H+') {
    // The embedded volume: first allocation block of HFS, then the block where HFS+ starts.
    const start = mdb.readUInt16BE(28) * 512 + mdb.readUInt16BE(126) * block;
    return hfsplus(head, start);
  }
  const length = Math.min(mdb.readUInt8(36), 27);
  return present<Partial<Content>>({
    label: text(mdb.subarray(37, 37 + length), 'latin1'),
    uuid: nameUuid(mdb.subarray(116, 124)),
    size: mdb.readUInt16BE(18) * block,
  });
}

/** Apple File System Reference, nx_superblock_t: magic behind the object header, block size and count, UUID */
function apfs(head: Head): Found {
  const sb = head.near(0, 128);
  return present<Partial<Content>>({
    uuid: uuid(sb.subarray(72, 88)),
    size: sb.readUInt32LE(36) * Number(sb.readBigUInt64LE(40)),
  });
}

export const appleProbes: Probe[] = [
  {
    type: 'hfsplus',
    usage: 'filesystem',
    magic: ['H+', 'HX'].map((bytes) => ({at: HEADER, bytes})),
    parse: (head) => hfsplus(head),
  },
  {type: 'hfs', usage: 'filesystem', magic: [{at: HEADER, bytes: 'BD'}], parse: hfs},
  {type: 'apfs', usage: 'filesystem', magic: [{at: 32, bytes: 'NXSB'}], parse: apfs},
];
