// SPDX-License-Identifier: GPL-2.0-only
// The flags of an NTFS volume, from the $Volume file: structs of fs/ntfs3/ntfs.h.
import type {Head} from './types.ts';

/** $VOLUME_INFORMATION, always resident */
const ATTR_VOL_INFO = 0x70;

/** Puts the bytes back that the update sequence keeps for the end of each sector; false when a sector is not of it. */
function mend(record: Buffer): boolean {
  const [at, count] = [record.readUInt16LE(4), record.readUInt16LE(6)];
  if (at + count * 2 > record.length) return false;
  for (let sector = 1; sector < count && sector * 512 <= record.length; sector++) {
    const end = sector * 512 - 2;
    if (record.readUInt16LE(end) !== record.readUInt16LE(at)) return false;
    record.copy(record, end, at + sector * 2, at + sector * 2 + 2);
  }
  return true;
}

/** VOLUME_FLAG_*; undefined where they can't be found. */
export async function ntfsVolumeFlags(head: Head): Promise<number | undefined> {
  const boot = head.near(0, 512);
  const [sector, perCluster, perRecord] = [boot.readUInt16LE(11), boot.readUInt8(13), boot.readInt8(64)];
  const cluster = sector * (perCluster > 128 ? 2 ** (256 - perCluster) : perCluster);
  const size = perRecord < 0 ? 2 ** -perRecord : perRecord * cluster;
  if (cluster === 0 || size < 512 || size > 65536) return undefined;
  const found = await head.read(Number(boot.readBigUInt64LE(48)) * cluster + 3 * size, size);
  const record = found && Buffer.from(found);
  if (!record || record.toString('latin1', 0, 4) !== 'FILE' || !mend(record)) return undefined;
  for (let at = record.readUInt16LE(20); at + 24 <= record.length;) {
    const [type, length] = [record.readUInt32LE(at), record.readUInt32LE(at + 4)];
    if (type === 0xffffffff || length < 24 || at + length > record.length) return undefined;
    const content = at + record.readUInt16LE(at + 20);
    if (type === ATTR_VOL_INFO) return content + 12 <= record.length ? record.readUInt16LE(content + 10) : undefined;
    at += length;
  }
  return undefined;
}
