// SPDX-License-Identifier: GPL-2.0-only
// Master boot records with their chains of logical partitions (block/partitions/msdos.c is the judge of what is one).
import {present} from '../bytes.ts';
import {parseBpb} from '../microsoft.ts';
import type {Head} from '../types.ts';
import {MBR_EXTENDED, MBR_TYPES} from './mbr-types.ts';
import type {PartitionTable, TableEntry} from './types.ts';

const SECTOR = 512;
const ENTRIES = 446;
const MAX_LOGICAL = 256;

interface Slot {
  bootable: number;
  type: number;
  start: number;
  sectors: number;
}

function slots(sector: Buffer): Slot[] {
  return [0, 1, 2, 3].map((index) => {
    const at = ENTRIES + index * 16;
    return {
      bootable: sector.readUInt8(at),
      type: sector.readUInt8(at + 4),
      start: sector.readUInt32LE(at + 8),
      sectors: sector.readUInt32LE(at + 12),
    };
  });
}

function entry(slot: Slot, base: number): TableEntry {
  return present<TableEntry>({
    start: (base + slot.start) * SECTOR,
    size: slot.sectors * SECTOR,
    type: `0x${slot.type.toString(16).padStart(2, '0')}`,
    typeName: MBR_TYPES[slot.type],
    bootable: slot.bootable === 0x80 ? true : undefined,
  });
}

/** Each extended boot record has one partition, relative to itself, and a link, relative to the extended partition. */
async function logical(head: Head, extended: Slot): Promise<TableEntry[]> {
  const found: TableEntry[] = [];
  for (let at = extended.start, step = 0; step < MAX_LOGICAL; step++) {
    const record = await head.read(at * SECTOR, SECTOR);
    if (!record || record.readUInt16BE(510) !== 0x55aa) break;
    const all = slots(record).filter((slot) => slot.sectors > 0);
    for (const slot of all) if (!MBR_EXTENDED.has(slot.type)) found.push(entry(slot, at));
    const link = all.find((slot) => MBR_EXTENDED.has(slot.type));
    if (!link) break;
    at = extended.start + link.start;
  }
  return found;
}

/** Of a file system: with no entry in use, the two bytes at the end say no more than that. */
function isBootSector(sector: Buffer): boolean {
  return parseBpb(sector) !== undefined || /^(?:NTFS|EXFAT) /.test(sector.toString('latin1', 3, 9));
}

export async function dos(head: Head): Promise<PartitionTable | undefined> {
  if (!head.matches(510, '\x55\xaa')) return undefined;
  const sector = head.near(0, SECTOR);
  const all = slots(sector);
  // A boot sector of FAT or NTFS ends in the same two bytes; its code must not be taken for entries.
  if (all.some((slot) => (slot.bootable & 0x7f) !== 0)) return undefined;
  const used = all.filter((slot) => slot.sectors > 0 && slot.type !== 0);
  if (used.length === 0 && (isBootSector(sector) || sector.readUInt32LE(440) === 0)) return undefined;
  const entries: TableEntry[] = [];
  for (const slot of used) {
    entries.push(entry(slot, 0));
    if (MBR_EXTENDED.has(slot.type)) entries.push(...(await logical(head, slot)));
  }
  const id = sector.readUInt32LE(440);
  return present<PartitionTable>({kind: 'dos', id: id ? id.toString(16).padStart(8, '0') : undefined, entries});
}
