// SPDX-License-Identifier: GPL-2.0-only
// btrfs, XFS and F2FS by the tools of their projects.
import {checkBlockSize, checkLabel, checkUuid} from './names.ts';
import type {Driver, Room} from './types.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const BLOCK = 4096;

/** Bytes of metadata that a tree gives btrfs: items with their keys, in leaves that are two thirds full. */
function btrfsMetadata({inodes, entries, names, smallBytes, xattrs, content}: BtrfsTree): number {
  const [inode, name, extent, checksum] = [185 + 90, 2 * 55 + 35, 2 * 90, 4];
  const items = inodes * (inode + extent) + entries * name + 3 * names + smallBytes + 1.5 * xattrs;
  return (items + (content / BLOCK) * checksum) * 1.5;
}

interface BtrfsTree {
  inodes: number;
  entries: number;
  names: number;
  smallBytes: number;
  xattrs: number;
  content: number;
}

function btrfsSize({measure, free}: Room): number {
  const {inodes, entries, names, smallFiles, smallBytes, xattrs} = measure;
  // Small files are kept in the metadata.
  const content = Math.max(0, measure.content(BLOCK) - smallFiles * BLOCK);
  const metadata = btrfsMetadata({inodes, entries, names, smallBytes, xattrs, content});
  // As much again is held back for changes, at most half a gigabyte.
  const wanted = metadata + Math.min(512 * MIB, Math.max(16 * MIB, metadata));
  let size = 128 * MIB;
  // All metadata is there twice; mkfs.btrfs begins with a twentieth of the disk for each copy.
  for (let step = 0; step < 16; step++)
    size = (content + free) * 1.01 + 2 * Math.max(32 * MIB, wanted, Math.min(GIB, size / 20)) + 32 * MIB;
  return size;
}

export const btrfs: Driver = {
  tool: 'mkfs.btrfs',
  randomUuid: true,
  least: 109 * MIB,
  check({label, uuid, blockSize}) {
    checkLabel('btrfs', label, {most: 255, unit: 'byte'});
    checkUuid('btrfs', uuid);
    checkBlockSize('btrfs', blockSize, 4096, 65536);
  },
  estimate: btrfsSize,
  call({label, uuid, blockSize, native}) {
    return {
      tool: 'mkfs.btrfs',
      args: [
        '-f',
        ...(blockSize === undefined ? [] : ['-s', String(blockSize)]),
        ...(label === undefined ? [] : ['-L', label]),
        ...(uuid === undefined ? [] : ['-U', uuid]),
        ...native,
        '/disk',
      ],
    };
  },
};

function xfsSize({measure, blockSize = BLOCK, free}: Room): number {
  const inodes = Math.ceil(measure.inodes * 1.05 + 64 * 4) * 512;
  const directories = measure.directoryBytes(blockSize) * 1.3;
  const attributes = (measure.manyXattrs + measure.longLinks) * blockSize;
  const all = measure.content(blockSize) + inodes + directories + attributes + free;
  const log = Math.max(64 * MIB, all / 2048);
  // The driver reserves 32 MiB at most, and 2 % for the trees of reverse mappings and shared blocks.
  return (all + log) * 1.035 + 40 * MIB;
}

export const xfs: Driver = {
  tool: 'mkfs.xfs',
  randomUuid: true,
  least: 300 * MIB,
  check({label, uuid, blockSize}) {
    checkLabel('xfs', label, {most: 12, unit: 'byte', forbidden: /\s/});
    checkUuid('xfs', uuid);
    checkBlockSize('xfs', blockSize, 512, 65536);
  },
  estimate: xfsSize,
  call({label, uuid, blockSize, native}) {
    return {
      tool: 'mkfs.xfs',
      args: [
        '-f',
        ...(blockSize === undefined ? [] : ['-b', `size=${blockSize}`]),
        ...(label === undefined ? [] : ['-L', label]),
        ...(uuid === undefined ? [] : ['-m', `uuid=${uuid}`]),
        ...native,
        '/disk',
      ],
    };
  },
};

const SEGMENT = 2 * MIB;

/** Segments of the main area that can be filled (get_best_overprovision of f2fs-tools). */
function f2fsUsable(segments: number): number {
  const [start, end, step] = segments < 256 ? [10, 95, 5] : [0.01, 10, 0.01];
  let best = 0;
  for (let candidate = start; candidate <= end; candidate += step) {
    const reserved = 100 / candidate + 1 + 6;
    const spare = ((segments - reserved) * candidate) / 100;
    if (spare >= 0) best = Math.max(best, segments - Math.max(reserved, spare) - 2);
  }
  return best;
}

function f2fsSize({measure, free}: Room): number {
  // Small files are kept in their inodes.
  const content = Math.max(0, measure.content(BLOCK) - measure.smallFiles * BLOCK);
  // Each inode is a block; directories are hashed into buckets that need not be full.
  const nodes = measure.inodes * BLOCK + (content / 1018) * 1.1 + measure.manyXattrs * BLOCK;
  const all = content + nodes + measure.directoryBytes(BLOCK) * 2 + free;
  const wanted = Math.ceil((all * 1.06) / SEGMENT) + 14;
  let segments = Math.max(16, wanted);
  while (f2fsUsable(segments) < wanted) segments = Math.ceil(segments * 1.02) + 1;
  // Checkpoint, and the tables of segments, nodes and summaries.
  return (segments * 1.015 + 12) * SEGMENT;
}

export const f2fs: Driver = {
  tool: 'mkfs.f2fs',
  randomUuid: true,
  least: 44 * MIB,
  check({label, uuid, blockSize}) {
    checkLabel('f2fs', label, {most: 511, unit: 'character'});
    checkUuid('f2fs', uuid);
    checkBlockSize('f2fs', blockSize, 4096, 4096);
  },
  estimate: f2fsSize,
  call({label, uuid, native}) {
    return {
      tool: 'mkfs.f2fs',
      args: [
        '-f',
        ...(label === undefined ? [] : ['-l', label]),
        ...(uuid === undefined ? [] : ['-U', uuid]),
        ...native,
        '/disk',
      ],
    };
  },
};
