// SPDX-License-Identifier: GPL-2.0-only
// GUID partition tables (UEFI Specification, chapter 5), with 512-byte and larger sectors. Checksums are the kernel's
// business: this only names what it finds.
import {guid, present, utf16} from '../bytes.ts';
import type {Head} from '../types.ts';
import {GPT_TYPES} from './gpt-types.ts';
import type {PartitionTable, TableEntry} from './types.ts';

const MAX_ENTRIES = 1024;
/** "Legacy BIOS bootable", bit 2 of the attributes */
const BOOTABLE = 4n;

export async function gpt(head: Head): Promise<PartitionTable | undefined> {
  const sector = [512, 4096, 1024, 2048].find((size) => head.matches(size, 'EFI PART'));
  if (sector === undefined) return undefined;
  const header = head.near(sector, 96);
  const count = Math.min(header.readUInt32LE(80), MAX_ENTRIES);
  const size = header.readUInt32LE(84);
  const table =
    size >= 128 && size <= 4096
      ? await head.read(Number(header.readBigUInt64LE(72)) * sector, count * size)
      : undefined;
  const entries: TableEntry[] = [];
  for (let at = 0; table && at < table.length; at += size) {
    const type = guid(table.subarray(at, at + 16));
    if (type === undefined) continue;
    const [first, last] = [table.readBigUInt64LE(at + 32), table.readBigUInt64LE(at + 40)];
    entries.push(
      present<TableEntry>({
        start: Number(first) * sector,
        size: Number(last - first + 1n) * sector,
        type,
        typeName: GPT_TYPES[type],
        name: utf16(table.subarray(at + 56, at + 128), 'le'),
        uuid: guid(table.subarray(at + 16, at + 32)),
        bootable: table.readBigUInt64LE(at + 48) & BOOTABLE ? true : undefined,
      }),
    );
  }
  return present<PartitionTable>({kind: 'gpt', id: guid(header.subarray(56, 72)), entries});
}
