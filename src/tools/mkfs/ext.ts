// SPDX-License-Identifier: GPL-2.0-only
// ext2, ext3 and ext4 by mke2fs(8).
import {checkBlockSize, checkLabel, checkUuid} from './names.ts';
import type {Driver, Room} from './types.ts';

const MIB = 1024 * 1024;
const GROUP_FACTOR = 8;
const INODE = 256;
/** Of a group descriptor with the feature 64bit. */
const DESCRIPTOR = 64;
/** Inodes that no file gets, lost+found, and a few to go on with. */
const OTHER_INODES = 11 + 1 + 32;

/** Blocks of the journal: ext2fs_default_journal_size(), lib/ext2fs/mkjournal.c. */
const JOURNALS: [blocks: number, journal: number][] = [
  [2048, 0],
  [32768, 1024],
  [256 * 1024, 4096],
  [512 * 1024, 8192],
  [4096 * 1024, 16384],
  [8192 * 1024, 32768],
  [16384 * 1024, 65536],
  [32768 * 1024, 131072],
];
const LARGEST_JOURNAL = 262144;

function journalBlocks(blocks: number): number {
  return JOURNALS.find(([limit]) => blocks < limit)?.[1] ?? LARGEST_JOURNAL;
}

/** Groups with a copy of superblock and descriptors: 0, 1 and powers of 3, 5 and 7. */
function backups(groups: number): number {
  let found = Math.min(groups, 2);
  for (const base of [3, 5, 7]) for (let group = base; group < groups; group *= base) found++;
  return found;
}

function descriptorBlocks(blocks: number, block: number): number {
  const perBlock = block / DESCRIPTOR;
  const of = (count: number) => Math.ceil(Math.ceil(count / (GROUP_FACTOR * block)) / perBlock);
  // Room to grow to 1024 times the size (calc_reserved_gdt_blocks, lib/ext2fs/initialize.c).
  return of(blocks) + Math.min(of(Math.min(blocks * 1024, 0xffffffff)), block / 4);
}

/** What the file system needs for itself, of a given size, in blocks. */
function overhead(blocks: number, inodes: number, block: number, journal: boolean): number {
  const groups = Math.ceil(blocks / (GROUP_FACTOR * block));
  const perGroup = Math.ceil(Math.ceil(inodes / groups) / ((block / INODE) * 2)) * 2;
  const orphans = Math.min(512, Math.max(32, Math.ceil(blocks / 2048)));
  // The kernel keeps this much for the time when it converts extents (ext4_calculate_resv_clusters).
  const kept = Math.min(4096, Math.ceil(blocks / 50));
  const copies = backups(groups) * (1 + descriptorBlocks(blocks, block));
  return groups * (2 + perGroup) + copies + kept + (journal ? journalBlocks(blocks) + orphans : 0) + 64;
}

/** Small trees are better off with small blocks, as mke2fs itself has it up to 512 MiB; from 8 MiB on speed counts. */
function automaticBlock({measure, free}: Room): number {
  return measure.content(1024) + measure.inodes * INODE + free < 8 * MIB ? 1024 : 4096;
}

export function extInodes({measure}: Pick<Room, 'measure'>): number {
  return Math.ceil(measure.inodes * 1.02) + OTHER_INODES;
}

function estimate(room: Room, type: string, journal: boolean): number {
  const {measure, free} = room;
  const block = room.blockSize ?? automaticBlock(room);
  const inodes = extInodes(room);
  const data = Math.ceil(
    (measure.content(block) + measure.directoryBytes(block) + free) / block +
      (measure.longLinks + measure.manyXattrs) +
      // Where blocks are, of ext4 in extents that need a block where there are many of them.
      (type === 'ext4' ? (measure.content(block) / block) * 0.001 : measure.mapBlocks(block)) +
      // lost+found
      16,
  );
  let blocks = data;
  for (let step = 0; step < 8; step++) blocks = data + overhead(blocks, inodes, block, journal);
  return Math.max(blocks * block, journal ? 2048 * block : 64 * block);
}

const has = (native: string[], flag: string) => native.some((word) => word.startsWith(flag));

export function ext(type: 'ext2' | 'ext3' | 'ext4'): Driver {
  const journal = type !== 'ext2';
  return {
    tool: 'mke2fs',
    randomUuid: true,
    least: 64 * 1024,
    check({label, uuid, blockSize}) {
      checkLabel(type, label, {most: 16, unit: 'byte'});
      checkUuid(type, uuid);
      checkBlockSize(type, blockSize, 1024, 65536);
    },
    estimate: (room) => estimate(room, type, journal && !has(room.native, '-J')),
    call(wish) {
      const {label, uuid, blockSize, native, automatic, measure} = wish;
      const room = measure && {measure, native, free: 0, ...(blockSize === undefined ? {} : {blockSize})};
      const block = blockSize ?? (automatic && room ? automaticBlock(room) : undefined);
      return {
        tool: 'mke2fs',
        args: [
          ...['-F', '-t', type],
          ...(block === undefined ? [] : ['-b', String(block)]),
          ...(label === undefined ? [] : ['-L', label]),
          ...(uuid === undefined ? [] : ['-U', uuid]),
          // A size that was measured leaves nothing to be kept for root.
          ...(automatic && !has(native, '-m') ? ['-m', '0'] : []),
          ...(wish.inodes !== undefined && !has(native, '-N') && !has(native, '-i') ? ['-N', String(wish.inodes)] : []),
          ...native,
          '/disk',
        ],
      };
    },
  };
}

/** Inodes that a file system just made has for files. */
export function freeInodes(superblock: Buffer): number {
  // fs/ext4/ext4.h: s_free_inodes_count
  return superblock.readUInt32LE(1024 + 16);
}
