// SPDX-License-Identifier: GPL-2.0-only
// What holds other file systems: encryption, logical volumes, RAID members, ZFS pools. They can't be read by
// themselves, but naming them tells the reader of `info` what is there.
import {isPowerOfTwo, present, text, uuid} from './bytes.ts';
import type {Content, Head, Probe} from './types.ts';

type Found = Partial<Content> | undefined;

/** LUKS On-Disk Format Specification 1.2.3 and LUKS2 1.1.2: both begin alike, the label is new in 2 */
function luks(head: Head): Found {
  const header = head.near(0, 512);
  const version = header.readUInt16BE(6);
  return present<Partial<Content>>({
    version: String(version),
    uuid: text(header.subarray(168, 208)),
    label: version === 2 ? text(header.subarray(24, 72)) : undefined,
  });
}

/** The label sector of a physical volume (LVM2, lib/label): the header's own offset, then 32 characters of UUID */
function lvm2(head: Head, at: number): Found {
  const label = head.near(at, 512);
  if (label.toString('latin1', 24, 32) !== 'LVM2 001') return undefined;
  const start = label.readUInt32LE(20);
  const id = start + 32 <= 512 ? label.toString('latin1', start, start + 32) : '';
  const groups = /^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/.exec(id)?.slice(1).join('-');
  return present<Partial<Content>>({version: 'LVM2 001', uuid: groups});
}

const MD_MAGIC = 0xa92b4efc;

/** include/uapi/linux/raid/md_p.h, struct mdp_superblock_1 */
function md1(sb: Buffer, version: string): Found {
  return present<Partial<Content>>({
    version,
    uuid: uuid(sb.subarray(16, 32)),
    label: text(sb.subarray(32, 64)),
    devices: sb.readUInt32LE(92),
  });
}

/** Linux RAID members carry their superblock at the start (1.1, 1.2) or near the end (1.0, 0.90). */
async function mdAtStart(head: Head, at: number): Promise<Found> {
  const sb = head.near(at, 256);
  return sb.readUInt32LE(4) === 1 ? md1(sb, at === 0 ? '1.1' : '1.2') : undefined;
}

/** Members whose superblock lies near the end: no magic number in the head leads there. */
export async function mdAtEnd(head: Head): Promise<Content | undefined> {
  const found = async (at: number) => {
    const sb = await head.read(at, 256);
    return sb?.readUInt32LE(0) === MD_MAGIC ? sb : undefined;
  };
  const base = {type: 'linux_raid_member', usage: 'raid'} as const;
  // 1.0: 8 KiB before the end, down to a multiple of 4 KiB. 0.90: the last whole 64 KiB.
  const v1 = await found(Math.floor((head.size - 8192) / 4096) * 4096);
  if (v1 && v1.readUInt32LE(4) === 1) return {...base, ...md1(v1, '1.0')};
  const v0 = await found(Math.floor(head.size / 65536) * 65536 - 65536);
  if (!v0 || v0.readUInt32LE(4) !== 0) return undefined;
  // set_uuid0 and set_uuid1..3 lie apart and are words of the host's order.
  const id = Buffer.alloc(16);
  id.writeUInt32BE(v0.readUInt32LE(20), 0);
  for (let word = 0; word < 3; word++) id.writeUInt32BE(v0.readUInt32LE(52 + 4 * word), 4 + 4 * word);
  return present<Content>({...base, version: `0.${v0.readUInt32LE(8)}.${v0.readUInt32LE(12)}`, uuid: uuid(id)});
}

const UBERBLOCKS = 128 * 1024;
const UBERBLOCK = 0x00bab10c;

/** A ZFS label: an array of uberblocks in its second half, in the byte order of the machine that wrote them. */
export async function zfs(head: Head): Promise<Content | undefined> {
  const ring = await head.read(UBERBLOCKS, 128 * 1024);
  if (!ring) return undefined;
  let count = 0;
  for (let at = 0; at < ring.length; at += 1024) {
    const valid = (word: bigint) => word === BigInt(UBERBLOCK);
    if (valid(ring.readBigUInt64LE(at)) || valid(ring.readBigUInt64BE(at))) count++;
  }
  return count >= 4 ? {type: 'zfs_member', usage: 'raid'} : undefined;
}

/** drivers/md/dm-verity (cryptsetup's superblock), version 1 */
function verity(head: Head): Found {
  const sb = head.near(0, 512);
  return sb.readUInt32LE(8) === 1 && isPowerOfTwo(sb.readUInt32LE(64))
    ? present<Partial<Content>>({uuid: uuid(sb.subarray(16, 32))})
    : undefined;
}

export const containerProbes: Probe[] = [
  {
    type: 'linux_raid_member',
    usage: 'raid',
    magic: [0, 4096].map((at) => ({at, bytes: '\xfc\x4e\x2b\xa9'})),
    parse: mdAtStart,
  },
  {type: 'crypto_LUKS', usage: 'crypto', magic: [{at: 0, bytes: 'LUKS\xba\xbe'}], parse: luks},
  {type: 'LVM2_member', usage: 'raid', magic: [0, 512, 1024, 1536].map((at) => ({at, bytes: 'LABELONE'})), parse: lvm2},
  {type: 'DM_verity_hash', usage: 'other', magic: [{at: 0, bytes: 'verity\0\0'}], parse: verity},
];
