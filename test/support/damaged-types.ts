// SPDX-License-Identifier: GPL-2.0-only
// One damaged image of each type that `kdisk fsck` repairs, made by changing a few bytes of a sound one, and the check
// of the type's own project that judges the repair.
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {bytesAt, checker, damagedExt4, damagedVfat, patch, smallTree} from './damage.ts';
import {kdisk} from './kdisk.ts';
import {emptyImage, tool} from './tools.ts';

const MIB = 1024 * 1024;

export interface DamagedType {
  type: string;
  /** Program of tools/build. */
  tool: string;
  /** Makes a sound image of a tree. */
  make(path: string, tree: string): void;
  damage(path: string, tree: string): void;
  /** Of the host: null when it finds nothing. */
  sound(path: string): string | null;
}

function judge(program: string, ...args: string[]) {
  return (path: string): string | null => {
    const {status, said} = checker(program, ...args, path);
    return status === 0 && !/\[(?:ASSERT|Fail)\]/.test(said) ? null : `${program} ends with ${status}: ${said}`;
  };
}

function fill(path: string, tree: string): void {
  const {status, stderr} = kdisk(['cp', '-r', tree, `${path}:/`]);
  if (status !== 0 && status !== 1) throw new Error(stderr);
}

/** CRC-32C (Castagnoli), as btrfs puts in front of each block. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

const NODE = 16384;
const FS_TREE = 5n;

/** Gives the first regular files of each leaf of the file tree (both copies) a wrong number of links. */
function damageBtrfs(path: string): void {
  const image = readFileSync(path);
  const fsid = image.subarray(65536 + 32, 65536 + 48);
  let changed = 0;
  for (let at = 1 * MIB; at + NODE <= image.length; at += 4096) {
    const node = image.subarray(at, at + NODE);
    // struct btrfs_header: csum[32], fsid[16], bytenr, flags, chunk_tree_uuid[16], generation, owner, nritems, level
    if (!node.subarray(32, 48).equals(fsid) || node.readBigUInt64LE(88) !== FS_TREE || node[100] !== 0) continue;
    const items = node.readUInt32LE(96);
    for (let item = 0; item < items; item++) {
      const key = 101 + item * 25;
      // BTRFS_INODE_ITEM_KEY; nlink and mode of struct btrfs_inode_item
      if (node[key + 8] !== 1) continue;
      const inode = 101 + node.readUInt32LE(key + 17);
      if ((node.readUInt32LE(inode + 52) & 0o170000) !== 0o100000) continue;
      node.writeUInt32LE(7, inode + 40);
      changed++;
      break;
    }
    node.writeUInt32LE(crc32c(node.subarray(32)), 0);
  }
  if (changed === 0) throw new Error('no inode was found');
  writeFileSync(path, image);
}

export const DAMAGED_TYPES: DamagedType[] = [
  {
    type: 'ext4',
    tool: 'e2fsck',
    make: (path, tree) =>
      void (emptyImage(path, 16 * MIB), tool('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', tree, path])),
    damage: (path, tree) => void damagedExt4(path, tree),
    sound: judge('e2fsck', '-fn'),
  },
  {
    type: 'vfat',
    tool: 'fsck.fat',
    make: (path, tree) => {
      emptyImage(path, 32 * MIB);
      tool('mkfs.vfat', ['-F', '16', path]);
      fill(path, tree);
    },
    damage: (path) => void damagedVfat(path),
    sound: judge('fsck.fat', '-n'),
  },
  {
    type: 'btrfs',
    tool: 'btrfs',
    make: (path, tree) => void (emptyImage(path, 128 * MIB), tool('mkfs.btrfs', ['-q', '-f', '--rootdir', tree, path])),
    damage: damageBtrfs,
    sound: judge('btrfs', 'check', '--readonly'),
  },
  {
    type: 'xfs',
    tool: 'xfs_repair',
    make: (path, tree) => {
      emptyImage(path, 320 * MIB);
      tool('mkfs.xfs', ['-q', '-f', path]);
      fill(path, tree);
    },
    damage: (path) =>
      void tool('xfs_db', [
        '-x',
        '-c',
        'agf 1',
        '-c',
        'write -d freeblks 77',
        '-c',
        'agi 0',
        '-c',
        'write -d count 5',
        path,
      ]),
    sound: judge('xfs_repair', '-n', '-f'),
  },
  {
    type: 'exfat',
    tool: 'fsck.exfat',
    make: (path, tree) => {
      emptyImage(path, 64 * MIB);
      tool('mkfs.exfat', [path]);
      fill(path, tree);
    },
    damage: (path) => {
      const boot = bytesAt(path, 0, 512);
      // ClusterHeapOffset in sectors of BytesPerSectorShift; the bitmap of clusters is the first thing there
      const bitmap = boot.readUInt32LE(88) * 2 ** boot[108]!;
      patch(path, bitmap + 3, Buffer.alloc(5));
    },
    sound: judge('fsck.exfat', '-n'),
  },
  {
    type: 'f2fs',
    tool: 'fsck.f2fs',
    make: (path, tree) => {
      emptyImage(path, 128 * MIB);
      tool('mkfs.f2fs', ['-q', '-f', path]);
      fill(path, tree);
    },
    damage: (path) => {
      // struct f2fs_super_block at 1 KiB: sit_blkaddr
      const sit = bytesAt(path, 1024, 128).readUInt32LE(80) * 4096;
      patch(path, sit, Buffer.alloc(300, 0x3c));
    },
    sound: judge('fsck.f2fs', '--dry-run'),
  },
  {
    type: 'ntfs',
    tool: 'ntfsfix',
    make: (path) => void (emptyImage(path, 64 * MIB), tool('mkntfs', ['-F', '-Q', '-q', path])),
    damage: (path) => {
      const boot = bytesAt(path, 0, 512);
      const cluster = boot.readUInt16LE(11) * boot[13]!;
      // The copy of the first records of the master file table
      patch(path, Number(boot.readBigUInt64LE(56)) * cluster, Buffer.alloc(1024));
    },
    sound: judge('ntfsfix', '-n'),
  },
];

/** A tree for them all. */
export function treeFor(directory: string): string {
  const tree = join(directory, 'tree');
  mkdirSync(tree);
  return smallTree(tree);
}
