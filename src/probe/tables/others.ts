// SPDX-License-Identifier: GPL-2.0-only
// Partition tables of other machines. The kernel finds their partitions; here they get their names. The structs are
// those of block/partitions/{mac,msdos,sun,sgi,amiga,...}.[ch].
import {present, text} from '../bytes.ts';
import type {Head} from '../types.ts';
import type {PartitionTable, TableEntry} from './types.ts';

const SECTOR = 512;

export async function mac(head: Head): Promise<PartitionTable | undefined> {
  if (!head.matches(0, 'ER')) return undefined;
  const block = head.near(2, 2).readUInt16BE(0) || SECTOR;
  // Maps of CDs count in 512 bytes although the drive's blocks are larger.
  const unit = [SECTOR, block].find((size) => head.matches(size, 'PM'));
  if (unit === undefined) return undefined;
  const count = Math.min(head.near(unit + 4, 4).readUInt32BE(0), 256);
  const entries: TableEntry[] = [];
  for (let index = 1; index <= count; index++) {
    const map = await head.read(index * unit, SECTOR);
    if (!map || map.toString('latin1', 0, 2) !== 'PM') break;
    entries.push(
      present<TableEntry>({
        start: map.readUInt32BE(8) * unit,
        size: map.readUInt32BE(12) * unit,
        type: text(map.subarray(48, 80), 'latin1') ?? '',
        name: text(map.subarray(16, 48), 'latin1'),
      }),
    );
  }
  return {kind: 'mac', entries};
}

const BSD_TYPES: Record<number, string> = {1: 'swap', 7: 'BSD UFS', 8: 'MS-DOS', 17: 'Linux', 27: 'ZFS'};

export function bsd(head: Head): PartitionTable | undefined {
  const at = [SECTOR, 64].find((place) => head.matches(place, '\x57\x45\x56\x82'));
  if (at === undefined) return undefined;
  const label = head.near(at, 404);
  const sector = label.readUInt32LE(40) || SECTOR;
  const entries: TableEntry[] = [];
  for (let index = 0; index < Math.min(label.readUInt16LE(138), 16); index++) {
    const entry = 148 + index * 16;
    const type = label.readUInt8(entry + 12);
    const size = label.readUInt32LE(entry) * sector;
    if (type === 0 || size === 0) continue;
    entries.push(
      present<TableEntry>({
        start: label.readUInt32LE(entry + 4) * sector,
        size,
        type: String(type),
        typeName: BSD_TYPES[type],
      }),
    );
  }
  return {kind: 'bsd', entries};
}

const SUN_TYPES: Record<number, string> = {
  1: 'boot',
  2: 'Solaris root',
  3: 'swap',
  4: 'Solaris /usr',
  5: 'whole disk',
  7: 'Solaris /var',
  8: 'Solaris /home',
  0x82: 'Linux swap',
  0x83: 'Linux',
  0x8e: 'Linux LVM',
  0xfd: 'Linux RAID',
};

/** Slices begin at cylinders; the label is right when the exclusive-or of its words is zero. */
export function sun(head: Head): PartitionTable | undefined {
  if (!head.matches(508, '\xda\xbe')) return undefined;
  const label = head.near(0, SECTOR);
  let sum = 0;
  for (let at = 0; at < SECTOR; at += 2) sum ^= label.readUInt16BE(at);
  if (sum !== 0) return undefined;
  const cylinder = label.readUInt16BE(436) * label.readUInt16BE(438) * SECTOR;
  const entries: TableEntry[] = [];
  for (let index = 0; index < 8; index++) {
    const slice = 444 + index * 8;
    const size = label.readUInt32BE(slice + 4) * SECTOR;
    // The types stand in the "vtoc" part; older labels leave it empty.
    const type = label.readUInt16BE(142 + index * 4);
    if (size > 0) {
      entries.push(
        present<TableEntry>({
          start: label.readUInt32BE(slice) * cylinder,
          size,
          type: `0x${type.toString(16)}`,
          typeName: SUN_TYPES[type],
        }),
      );
    }
  }
  return {kind: 'sun', entries};
}

const SGI_TYPES: Record<number, string> = {
  0: 'volume header',
  3: 'raw',
  5: 'EFS',
  6: 'whole volume',
  10: 'XFS',
  11: 'XFS log',
  0x82: 'Linux swap',
  0x83: 'Linux',
};

export function sgi(head: Head): PartitionTable | undefined {
  if (!head.matches(0, '\x0b\xe5\xa9\x41')) return undefined;
  const label = head.near(0, SECTOR);
  const entries: TableEntry[] = [];
  for (let index = 0; index < 16; index++) {
    const at = 312 + index * 12;
    const [blocks, first, type] = [0, 4, 8].map((offset) => label.readUInt32BE(at + offset)) as [
      number,
      number,
      number,
    ];
    if (blocks > 0) {
      entries.push(
        present<TableEntry>({
          start: first * SECTOR,
          size: blocks * SECTOR,
          type: `0x${type.toString(16)}`,
          typeName: SGI_TYPES[type],
        }),
      );
    }
  }
  return {kind: 'sgi', entries};
}

/** Tables that are only named: what is in them is left to the kernel. */
const NAMED: {kind: string; at: number; bytes: string}[] = [
  ...Array.from({length: 16}, (_, block) => ({kind: 'amiga', at: block * SECTOR, bytes: 'RDSK'})),
  {kind: 'ldm', at: 6 * SECTOR, bytes: 'PRIVHEAD'},
  {kind: 'aix', at: 0, bytes: '\xc9\xc2\xd4\xc1'},
  {kind: 'ultrix', at: 16384 - 72, bytes: '\x57\x29\x03\x00'},
  {kind: 'sysv68', at: 248, bytes: 'MOTOROLA'},
  {kind: 'osf', at: 64, bytes: '\x57\x45\x56\x82'},
];

export function named(head: Head): PartitionTable | undefined {
  const found = NAMED.find(({at, bytes}) => head.matches(at, bytes));
  return found && {kind: found.kind, entries: []};
}
