// SPDX-License-Identifier: GPL-2.0-only
// FAT, exFAT and NTFS by dosfstools, exfatprogs and ntfsprogs.
import type {Measure} from './measure.ts';
import {checkBlockSize, checkLabel, checkNone, checkSerial} from './names.ts';
import {wrong, type Driver, type Room} from './types.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const SECTOR = 512;
const SLOT = 32;
/** Entries of the top directory of FAT12 and FAT16, unless more are asked for. */
const ROOT_SLOTS = 512;
/** More than this mkfs.fat does not take. */
const MOST_ROOT_SLOTS = 32767;
/** A directory of FAT has 2 MiB: fatgen103.pdf, "FAT Directory Structure". */
const MOST_SLOTS = 65536;
/** From here on mkfs.fat makes FAT32, whose top directory grows. */
const FAT32_FROM = 512 * MIB;

/** The cluster that mkfs.fat chooses. */
function fatCluster(size: number): number {
  if (size < FAT32_FROM) return size <= 128 * MIB ? 2 * KIB : size <= 256 * MIB ? 4 * KIB : 8 * KIB;
  return size < 8 * GIB ? 4 * KIB : size < 16 * GIB ? 8 * KIB : size < 32 * GIB ? 16 * KIB : 32 * KIB;
}

/** Bytes that files and directories take in clusters. */
function inClusters(measure: Measure, cluster: number, slots: number): number {
  return measure.content(cluster) + measure.directories * cluster + slots * SLOT * 1.1;
}

/** The first size whose own cluster is small enough for it. */
function settle(start: number, needed: (size: number) => number): number {
  let size = start;
  for (let step = 0; step < 64; step++) {
    const next = needed(size);
    if (next <= size) return size;
    size = next;
  }
  return size;
}

function fatSize({measure, blockSize, free}: Room): number {
  return settle(MIB, (size) => {
    const cluster = blockSize ?? fatCluster(size);
    const data = inClusters(measure, cluster, measure.slots) + free + 2 * cluster;
    // Two tables of at most four bytes for each cluster.
    const tables = 2 * Math.ceil(data / cluster) * (size < FAT32_FROM ? 2 : 4);
    return data + tables + (ROOT_SLOTS + measure.rootSlots) * SLOT + 128 * KIB;
  });
}

/** What FAT and exFAT do not allow in labels: fatgen103.pdf, "Short Directory Entries". */
const NOT_IN_LABELS = /[\x00-\x1f"*/:<>?\\|+,;=[\].\x7f]|[^\x00-\x7f]/; // eslint-disable-line no-control-regex

/** For a large top directory: as large as it must be, or one that grows. */
function rootOptions(slots: number): string[] {
  return slots > MOST_ROOT_SLOTS - 16 ? ['-F', '32'] : ['-r', String(Math.ceil(slots / 16) * 16)];
}

export const vfat: Driver = {
  tool: 'mkfs.fat',
  randomUuid: false,
  plain: true,
  noHoles: true,
  mostSlots: MOST_SLOTS,
  mostBytes: 0xffffffff,
  least: 64 * KIB,
  check({label, uuid, blockSize}) {
    checkLabel('vfat', label, {most: 11, unit: 'character', forbidden: NOT_IN_LABELS});
    if (label !== undefined && label !== label.toUpperCase())
      throw wrong(`a label of vfat is written in capital letters: "${label.toUpperCase()}"`);
    checkSerial('vfat', uuid);
    checkBlockSize('vfat', blockSize, 512, 32768, 'cluster');
  },
  estimate: fatSize,
  call({label, uuid, blockSize, native, measure, size, start}) {
    const rootSlots = measure && size < FAT32_FROM ? measure.rootSlots + 2 : 0;
    const own = (flag: string) => native.some((word) => word.startsWith(flag));
    return {
      tool: 'mkfs.fat',
      args: [
        ...(blockSize === undefined ? [] : ['-s', String(blockSize / SECTOR)]),
        ...(label === undefined ? [] : ['-n', label]),
        ...(uuid === undefined ? [] : ['-i', uuid.replace('-', '')]),
        ...(start > 0 && start % SECTOR === 0 && !own('-h') ? ['-h', String(start / SECTOR)] : []),
        ...(rootSlots > ROOT_SLOTS && !own('-r') && !own('-F') ? rootOptions(rootSlots) : []),
        ...native,
        '/disk',
      ],
    };
  },
};

/** exfat_set_default_cluster_size of exfatprogs, which counts in 32 bits where `long` has no more. */
function exfatCluster(size: number): number {
  return size <= 256 * MIB ? 4 * KIB : size <= 32 * GIB ? 32 * KIB : 128 * KIB;
}

function exfatSize({measure, blockSize, free}: Room): number {
  return settle(4 * MIB, (size) => {
    const cluster = blockSize ?? exfatCluster(size);
    const data = inClusters(measure, cluster, measure.slots + 2 * measure.entries) + free + 8 * cluster;
    const clusters = Math.ceil(data / cluster);
    // The table and the data both begin at a multiple of a megabyte.
    return data + clusters * 4 + clusters / 8 + 3 * MIB;
  });
}

export const exfat: Driver = {
  tool: 'mkfs.exfat',
  randomUuid: false,
  plain: true,
  noHoles: true,
  least: 3 * MIB,
  check({label, uuid, blockSize}) {
    checkLabel('exfat', label, {most: 11, unit: 'character'});
    checkSerial('exfat', uuid);
    checkBlockSize('exfat', blockSize, 512, 32 * MIB, 'cluster');
  },
  estimate: exfatSize,
  call({label, blockSize, native, size}) {
    const own = native.some((word) => word.startsWith('-c') || word.startsWith('--cluster-size'));
    return {
      tool: 'mkfs.exfat',
      args: [
        ...(own ? [] : ['-c', String(blockSize ?? exfatCluster(size))]),
        ...(label === undefined ? [] : ['-L', label]),
        ...native,
        '/disk',
      ],
    };
  },
  // mkfs.exfat makes the number of the time.
  after: ({uuid}) =>
    uuid === undefined
      ? undefined
      : {tool: 'tune.exfat', args: ['-I', `0x${uuid.replace('-', '')}`, '/disk']},
};

function ntfsSize({measure, blockSize = 4 * KIB, free}: Room): number {
  const records = (measure.inodes * 1.05 + 64) * KIB;
  const indexes = measure.directories * blockSize + (measure.entries * 100 + 2 * measure.names) * 1.6;
  const content = Math.max(0, measure.content(blockSize) - measure.tinyFiles * blockSize);
  const all = content + records + indexes + measure.manyXattrs * blockSize + free;
  const log = Math.max(2 * MIB, Math.min(64 * MIB, all / 100));
  return (all + log) * 1.01 + 4 * MIB;
}

export const ntfs: Driver = {
  tool: 'mkntfs',
  randomUuid: false,
  // The driver gives every byte of a file its place.
  noHoles: true,
  least: MIB,
  check({label, uuid, blockSize}) {
    checkLabel('ntfs', label, {most: 128, unit: 'character'});
    checkNone('ntfs', 'volume number that mkntfs lets one choose', uuid);
    checkBlockSize('ntfs', blockSize, 512, 64 * KIB, 'cluster');
  },
  estimate: ntfsSize,
  call({label, blockSize, native, start}) {
    return {
      tool: 'mkntfs',
      args: [
        ...['-F', '-Q', '-s', String(SECTOR), '-p', String(Math.floor(start / SECTOR)), '-H', '255', '-S', '63'],
        ...(blockSize === undefined ? [] : ['-c', String(blockSize)]),
        ...(label === undefined ? [] : ['-L', label]),
        ...native,
        '/disk',
      ],
    };
  },
};
