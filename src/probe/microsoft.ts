// SPDX-License-Identifier: GPL-2.0-only
// FAT, exFAT, NTFS and BitLocker: file systems that begin with a boot sector. FAT has no magic number, so all of its
// parameter block is checked, as the kernel does (fs/fat/inode.c, fat_read_bpb); exFAT and NTFS follow fs/exfat and
// fs/ntfs3.
import {guid, isPowerOfTwo, present, serial, text, utf16} from './bytes.ts';
import type {Content, Head, Probe} from './types.ts';

type Found = Partial<Content> | undefined;

const DIRECTORY_ENTRY = 32;
const ATTR_VOLUME = 0x08;
const ATTR_LONG_NAME = 0x0f;

interface Bpb {
  sector: number;
  cluster: number;
  fatStart: number;
  rootStart: number;
  rootSize: number;
  dataStart: number;
  sectors: number;
  clusters: number;
  /** 0 unless FAT32 */
  rootCluster: number;
}

/** The BIOS parameter block; undefined when it can't be one. */
export function parseBpb(boot: Buffer): Bpb | undefined {
  const sector = boot.readUInt16LE(11);
  const perCluster = boot.readUInt8(13);
  const reserved = boot.readUInt16LE(14);
  const fats = boot.readUInt8(16);
  const entries = boot.readUInt16LE(17);
  const media = boot.readUInt8(21);
  const sectors = boot.readUInt16LE(19) || boot.readUInt32LE(32);
  const fat16 = boot.readUInt16LE(22);
  const fatLength = fat16 || boot.readUInt32LE(36);
  if (sector < 512 || sector > 4096 || !isPowerOfTwo(sector) || !isPowerOfTwo(perCluster)) return undefined;
  if (reserved === 0 || fats === 0 || fats > 4 || fatLength === 0 || (media !== 0xf0 && media < 0xf8)) return undefined;
  const rootStart = reserved + fats * fatLength;
  const rootSectors = Math.ceil((entries * DIRECTORY_ENTRY) / sector);
  const dataStart = rootStart + rootSectors;
  if (sectors <= dataStart) return undefined;
  return {
    sector,
    cluster: perCluster * sector,
    fatStart: reserved * sector,
    rootStart: rootStart * sector,
    rootSize: entries * DIRECTORY_ENTRY,
    dataStart: dataStart * sector,
    sectors,
    clusters: Math.floor((sectors - dataStart) / perCluster),
    rootCluster: fat16 === 0 ? boot.readUInt32LE(44) : 0,
  };
}

/** The entry with the volume attribute in a piece of a directory; null when the directory ends before one is found. */
function volumeEntry(directory: Buffer): string | null | undefined {
  for (let at = 0; at + DIRECTORY_ENTRY <= directory.length; at += DIRECTORY_ENTRY) {
    const [first, attributes] = [directory.readUInt8(at), directory.readUInt8(at + 11)];
    if (first === 0) return null;
    if (first === 0xe5 || (attributes & ATTR_LONG_NAME) === ATTR_LONG_NAME || !(attributes & ATTR_VOLUME)) continue;
    const name = Buffer.from(directory.subarray(at, at + 11));
    // 0x05 stands for a first byte of 0xe5, which would mean "deleted"
    if (first === 0x05) name[0] = 0xe5;
    return name.toString('latin1').trimEnd();
  }
  return undefined;
}

async function fatRootLabel(head: Head, bpb: Bpb): Promise<string | undefined> {
  if (bpb.rootCluster === 0) {
    const root = await head.read(bpb.rootStart, bpb.rootSize);
    return (root && volumeEntry(root)) ?? undefined;
  }
  // A chain longer than this has its label at the start or never.
  let cluster = bpb.rootCluster;
  for (let step = 0; step < 64 && cluster >= 2 && cluster < bpb.clusters + 2; step++) {
    const piece = await head.read(bpb.dataStart + (cluster - 2) * bpb.cluster, bpb.cluster);
    const found = piece && volumeEntry(piece);
    if (!piece || found !== undefined) return found ?? undefined;
    const next = await head.read(bpb.fatStart + cluster * 4, 4);
    cluster = next ? next.readUInt32LE(0) & 0x0fffffff : 0;
  }
  return undefined;
}

async function fat(head: Head): Promise<Found> {
  const boot = head.near(0, 512);
  const bpb = parseBpb(boot);
  if (!bpb) return undefined;
  const fat32 = bpb.rootCluster !== 0;
  // The extended block with serial number and label lies behind the FAT32 fields.
  const extended = fat32 ? 64 : 36;
  const signed = boot.readUInt8(extended + 2) === 0x29;
  const bootLabel = signed ? text(boot.subarray(extended + 7, extended + 18), 'latin1') : undefined;
  const rootLabel = await fatRootLabel(head, bpb);
  return present<Partial<Content>>({
    version: fat32 ? 'FAT32' : bpb.clusters < 4085 ? 'FAT12' : 'FAT16',
    label: rootLabel || (bootLabel === 'NO NAME' ? undefined : bootLabel),
    uuid: signed || boot.readUInt8(extended + 2) === 0x28 ? serial(boot.readUInt32LE(extended + 3)) : undefined,
    size: bpb.sectors * bpb.sector,
  });
}

async function exfat(head: Head): Promise<Found> {
  const boot = head.near(0, 512);
  const [sectorShift, clusterShift] = [boot.readUInt8(108), boot.readUInt8(109)];
  if (sectorShift < 9 || sectorShift > 12 || clusterShift > 25 - sectorShift) return undefined;
  const sector = 2 ** sectorShift;
  const cluster = sector * 2 ** clusterShift;
  const root = boot.readUInt32LE(96);
  let label: string | undefined;
  const directory = await head.read(boot.readUInt32LE(88) * sector + (root - 2) * cluster, Math.min(cluster, 65536));
  for (
    let at = 0;
    directory && at + DIRECTORY_ENTRY <= directory.length && directory[at] !== 0;
    at += DIRECTORY_ENTRY
  ) {
    // Volume label entry: type 0x83, number of characters, UTF-16
    if (directory[at] !== 0x83) continue;
    label = utf16(directory.subarray(at + 2, at + 2 + 2 * Math.min(directory.readUInt8(at + 1), 11)), 'le');
    break;
  }
  return present<Partial<Content>>({
    version: `${boot.readUInt8(105)}.${boot.readUInt8(104)}`,
    label,
    uuid: serial(boot.readUInt32LE(100)),
    size: Number(boot.readBigUInt64LE(72)) * sector,
  });
}

/** A count of clusters in one byte; when negative, a power of two in bytes. */
function ntfsSize(field: number, cluster: number): number {
  return field > 127 ? 2 ** (256 - field) : field * cluster;
}

/** The $VOLUME_NAME attribute (type 0x60, always resident) of MFT record 3. */
function ntfsVolumeName(record: Buffer): string | undefined {
  if (record.toString('latin1', 0, 4) !== 'FILE') return undefined;
  for (let at = record.readUInt16LE(20); at + 24 <= record.length;) {
    const type = record.readUInt32LE(at);
    const length = record.readUInt32LE(at + 4);
    if (type === 0xffffffff || length < 24 || at + length > record.length) return undefined;
    if (type === 0x60) {
      const start = at + record.readUInt16LE(at + 20);
      return utf16(record.subarray(start, start + record.readUInt32LE(at + 16)), 'le');
    }
    at += length;
  }
  return undefined;
}

async function ntfs(head: Head): Promise<Found> {
  const boot = head.near(0, 512);
  const sector = boot.readUInt16LE(11);
  if (sector < 256 || sector > 4096 || !isPowerOfTwo(sector)) return undefined;
  const perCluster = boot.readUInt8(13);
  const cluster = sector * (perCluster > 128 ? 2 ** (256 - perCluster) : perCluster);
  const record = ntfsSize(boot.readUInt8(64), cluster);
  if (cluster === 0 || record < 512 || record > 65536) return undefined;
  const mft = Number(boot.readBigUInt64LE(48)) * cluster;
  const volume = await head.read(mft + 3 * record, record);
  return present<Partial<Content>>({
    label: volume && ntfsVolumeName(volume),
    uuid: boot.readBigUInt64LE(72).toString(16).toUpperCase().padStart(16, '0'),
    size: Number(boot.readBigUInt64LE(40)) * sector,
  });
}

/** The GUID that marks a BitLocker volume since Windows 7, in the place where it is for "-FVE-FS-" and for To Go. */
const BITLOCKER = '4967d63b-2e29-4ad8-8399-f6a339e3d001';

function bitlocker(head: Head, at: number): Found {
  if (at === 3) return {};
  return guid(head.near(424, 16)) === BITLOCKER ? {} : undefined;
}

export const microsoftProbes: Probe[] = [
  {
    type: 'BitLocker',
    usage: 'crypto',
    magic: [
      {at: 3, bytes: '-FVE-FS-'},
      {at: 0, bytes: '\xeb\x58\x90MSWIN4.1'},
    ],
    parse: bitlocker,
  },
  {type: 'exfat', usage: 'filesystem', magic: [{at: 3, bytes: 'EXFAT   '}], parse: exfat},
  {type: 'ntfs', usage: 'filesystem', magic: [{at: 3, bytes: 'NTFS    '}], parse: ntfs},
  // No magic: the end mark of a boot sector, or the jump that starts one (some formatters leave the mark out).
  {
    type: 'vfat',
    usage: 'filesystem',
    magic: [
      {at: 510, bytes: '\x55\xaa'},
      {at: 0, bytes: '\xeb'},
      {at: 0, bytes: '\xe9'},
    ],
    parse: fat,
  },
  {type: 'ReFS', usage: 'filesystem', magic: [{at: 0, bytes: '\0\0\0ReFS\0'}]},
];
