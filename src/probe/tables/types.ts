// SPDX-License-Identifier: GPL-2.0-only
// What a partition table says, apart from where the kernel sees partitions: kinds and names of their types.

export interface TableEntry {
  /** Bytes. */
  start: number;
  size: number;
  /** Type as the table has it: "0x83", a GUID, "Apple_HFS". */
  type: string;
  /** The same in words, where it is known. */
  typeName?: string;
  /** Name given to the partition (GPT, Apple). */
  name?: string;
  uuid?: string;
  /** Marked as the one to boot from. */
  bootable?: boolean;
}

export interface PartitionTable {
  /** As blkid names it: "gpt", "dos", "mac", "bsd", "sun", "sgi", ... */
  kind: string;
  /** GPT: disk GUID. dos: the disk signature, eight hex digits. */
  id?: string;
  entries: TableEntry[];
}
