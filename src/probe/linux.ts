// SPDX-License-Identifier: GPL-2.0-only
// File systems that were made for Linux or Unix. Offsets are those of the superblock structs in the kernel's own
// headers, named beside each; the names of the ext family follow the feature sets that the old drivers had.
import {present, text, uuid} from './bytes.ts';
import type {Content, Head, Probe} from './types.ts';

type Found = Partial<Content> | undefined;

// fs/ext4/ext4.h, struct ext4_super_block
const EXT_SUPER = 1024;
const COMPAT_HAS_JOURNAL = 0x4;
const INCOMPAT_JOURNAL_DEV = 0x8;
/** FILETYPE | META_BG: all that the ext2 driver knew. */
const INCOMPAT_EXT2 = 0x2 | 0x10;
/** ... and RECOVER, for ext3. */
const INCOMPAT_EXT3 = INCOMPAT_EXT2 | 0x4;
/** SPARSE_SUPER | LARGE_FILE | BTREE_DIR: the same for both. */
const RO_COMPAT_EXT3 = 0x1 | 0x2 | 0x4;

function ext(head: Head): Found {
  const sb = head.near(EXT_SUPER, 1024);
  const [compat, incompat, roCompat] = [sb.readUInt32LE(92), sb.readUInt32LE(96), sb.readUInt32LE(100)];
  const blockShift = sb.readUInt32LE(24);
  if (blockShift > 6) return undefined;
  const names = present<Partial<Content>>({uuid: uuid(sb.subarray(104, 120)), label: text(sb.subarray(120, 136))});
  if (incompat & INCOMPAT_JOURNAL_DEV) return {...names, type: 'jbd', usage: 'other'};
  const journal = (compat & COMPAT_HAS_JOURNAL) !== 0;
  const known = journal ? INCOMPAT_EXT3 : INCOMPAT_EXT2;
  const old = (incompat & ~known) === 0 && (roCompat & ~RO_COMPAT_EXT3) === 0;
  const is64 = (incompat & 0x80) !== 0;
  const blocks = sb.readUInt32LE(4) + (is64 ? sb.readUInt32LE(336) * 2 ** 32 : 0);
  return {...names, type: !old ? 'ext4' : journal ? 'ext3' : 'ext2', size: blocks * (1024 << blockShift)};
}

/** include/uapi/linux/btrfs_tree.h, struct btrfs_super_block, at 64 KiB */
function btrfs(head: Head): Found {
  const sb = head.near(65536, 4096);
  const devices = Number(sb.readBigUInt64LE(136));
  return present<Partial<Content>>({
    uuid: uuid(sb.subarray(32, 48)),
    label: text(sb.subarray(299, 299 + 256)),
    devices: devices > 1 ? devices : undefined,
    // Of this device (dev_item.total_bytes).
    size: Number(sb.readBigUInt64LE(209)),
  });
}

/** fs/xfs/libxfs/xfs_format.h, struct xfs_dsb */
function xfs(head: Head): Found {
  const sb = head.near(0, 512);
  return present<Partial<Content>>({
    uuid: uuid(sb.subarray(32, 48)),
    label: text(sb.subarray(108, 120)),
    size: Number(sb.readBigUInt64BE(8)) * sb.readUInt32BE(4),
  });
}

/** include/linux/f2fs_fs.h, struct f2fs_super_block, at 1 KiB; the name is UTF-16 */
function f2fs(head: Head): Found {
  const sb = head.near(1024, 2048);
  const name = Buffer.from(sb.subarray(124, 124 + 1024));
  const end = name.toString('utf16le').split('\0', 1)[0];
  return present<Partial<Content>>({
    version: `${sb.readUInt16LE(4)}.${sb.readUInt16LE(6)}`,
    uuid: uuid(sb.subarray(108, 124)),
    label: end || undefined,
    // log_blocksize and block_count
    size: Number(sb.readBigUInt64LE(36)) * 2 ** sb.readUInt32LE(16),
  });
}

/** fs/jfs/jfs_superblock.h, struct jfs_superblock, at 32 KiB */
function jfs(head: Head): Found {
  const sb = head.near(32768, 256);
  const version = sb.readUInt32LE(4);
  if (version < 1 || version > 2) return undefined;
  return present<Partial<Content>>({uuid: uuid(sb.subarray(136, 152)), label: text(sb.subarray(152, 168))});
}

/** include/uapi/linux/nilfs2_ondisk.h, struct nilfs_super_block, at 1 KiB; two bytes of magic want a second look */
function nilfs2(head: Head): Found {
  const sb = head.near(1024, 512);
  if (sb.readUInt32LE(0) !== 2 || sb.readUInt16LE(8) > 1024 || sb.readUInt32LE(20) > 6) return undefined;
  return present<Partial<Content>>({
    version: `${sb.readUInt32LE(0)}.${sb.readUInt16LE(4)}`,
    uuid: uuid(sb.subarray(152, 168)),
    label: text(sb.subarray(168, 248)),
  });
}

/** include/linux/minix_fs.h, struct minix_super_block and minix3_super_block, at 1 KiB */
function minix(head: Head, at: number): Found {
  const sb = head.near(1024, 32);
  if (at === 1024 + 24) {
    if (sb.readUInt32LE(0) === 0 || sb.readUInt32LE(20) === 0) return undefined;
    return {version: '3'};
  }
  const magic = sb.readUInt16LE(16);
  const version = magic === 0x137f || magic === 0x138f ? '1' : '2';
  const [inodes, zonesV1, inodeMap, zoneMap] = [0, 2, 4, 6].map((offset) => sb.readUInt16LE(offset)) as [
    number,
    number,
    number,
    number,
  ];
  const zones = version === '1' ? zonesV1 : sb.readUInt32LE(20);
  // Two bytes are little: the maps must be large enough for what they map, as the driver demands too.
  if (inodes === 0 || zones === 0 || inodeMap * 8192 < inodes || zoneMap * 8192 < zones - sb.readUInt16LE(8))
    return undefined;
  return {version};
}

/** fs/reiserfs/reiserfs.h, struct reiserfs_super_block; the driver left the kernel in 6.13 and is not built here */
function reiserfs(head: Head, at: number): Found {
  const sb = head.near(at - 52, 256);
  const version = new Map([
    ['ReIsErFs', '3.5'],
    ['ReIsEr2F', '3.6'],
    ['ReIsEr3F', 'JR'],
  ]).get(sb.toString('latin1', 52, 60));
  return present<Partial<Content>>({
    version,
    uuid: uuid(sb.subarray(84, 100)),
    label: text(sb.subarray(100, 116)),
  });
}

/** fs/erofs/erofs_fs.h, struct erofs_super_block, at 1 KiB */
function erofs(head: Head): Found {
  const sb = head.near(1024, 128);
  return present<Partial<Content>>({
    uuid: uuid(sb.subarray(48, 64)),
    label: text(sb.subarray(64, 80)),
    size: sb.readUInt32LE(36) * 2 ** sb.readUInt8(12),
  });
}

/** fs/squashfs/squashfs_fs.h, struct squashfs_super_block; versions below 4 have no driver in the kernel */
function squashfs(head: Head, at: number): Found {
  const sb = head.near(at, 96);
  const big = sb.toString('latin1', 0, 4) === 'sqsh';
  const [major, minor] = big ? [sb.readUInt16BE(28), sb.readUInt16BE(30)] : [sb.readUInt16LE(28), sb.readUInt16LE(30)];
  const version = `${major}.${minor}`;
  if (big || major < 4) return {type: 'squashfs3', version};
  return {version, size: Number(sb.readBigUInt64LE(40))};
}

/** include/uapi/linux/cramfs_fs.h, struct cramfs_super, at 0 or behind a boot sector */
function cramfs(head: Head, at: number): Found {
  const sb = head.near(at, 64);
  if (sb.toString('latin1', 16, 32) !== 'Compressed ROMFS') return undefined;
  return present<Partial<Content>>({label: text(sb.subarray(48, 64)), size: sb.readUInt32LE(4)});
}

/** include/uapi/linux/romfs_fs.h: big-endian size, checksum, then the volume's name */
function romfs(head: Head): Found {
  return present<Partial<Content>>({label: text(head.near(16, 256)), size: head.near(8, 4).readUInt32BE(0)});
}

/** include/linux/swap.h, union swap_header: names at 1 KiB, magic at the end of the first page */
function swap(head: Head): Found {
  const info = head.near(1024, 64);
  return present<Partial<Content>>({uuid: uuid(info.subarray(12, 28)), label: text(info.subarray(28, 44))});
}

/** fs/bcachefs/bcachefs_format.h, struct bch_sb, at 4 KiB */
function bcachefs(head: Head): Found {
  const sb = head.near(4096, 128);
  return present<Partial<Content>>({uuid: uuid(sb.subarray(56, 72)), label: text(sb.subarray(72, 104))});
}

const PAGE_SIZES = [4096, 8192, 16384, 32768, 65536];
const swapMagic = PAGE_SIZES.flatMap((page) => ['SWAPSPACE2', 'SWAP-SPACE'].map((bytes) => ({at: page - 10, bytes})));
const suspendMagic = PAGE_SIZES.flatMap((page) => ['S1SUSPEND', 'S2SUSPEND'].map((bytes) => ({at: page - 10, bytes})));
const BCACHEFS = '\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef';
const BCACHE = '\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81';

export const linuxProbes: Probe[] = [
  {type: 'swap', usage: 'other', magic: swapMagic, parse: swap},
  {type: 'swsuspend', usage: 'other', magic: suspendMagic, parse: swap},
  {type: 'bcachefs', usage: 'filesystem', magic: [{at: 4096 + 24, bytes: BCACHEFS}], parse: bcachefs},
  {type: 'bcache', usage: 'raid', magic: [{at: 4096 + 24, bytes: BCACHE}]},
  {type: 'btrfs', usage: 'filesystem', magic: [{at: 65536 + 64, bytes: '_BHRfS_M'}], parse: btrfs},
  {type: 'xfs', usage: 'filesystem', magic: [{at: 0, bytes: 'XFSB'}], parse: xfs},
  {type: 'ext4', usage: 'filesystem', magic: [{at: EXT_SUPER + 56, bytes: '\x53\xef'}], parse: ext},
  {type: 'f2fs', usage: 'filesystem', magic: [{at: 1024, bytes: '\x10\x20\xf5\xf2'}], parse: f2fs},
  {type: 'erofs', usage: 'filesystem', magic: [{at: 1024, bytes: '\xe2\xe1\xf5\xe0'}], parse: erofs},
  {
    type: 'squashfs',
    usage: 'filesystem',
    magic: [
      {at: 0, bytes: 'hsqs'},
      {at: 0, bytes: 'sqsh'},
    ],
    parse: squashfs,
  },
  {
    type: 'reiserfs',
    usage: 'filesystem',
    magic: [65536, 8192].flatMap((at) => ['ReIsErFs', 'ReIsEr2Fs', 'ReIsEr3Fs'].map((bytes) => ({at: at + 52, bytes}))),
    parse: reiserfs,
  },
  {type: 'reiser4', usage: 'filesystem', magic: [{at: 65536, bytes: 'ReIsEr4'}]},
  {type: 'jfs', usage: 'filesystem', magic: [{at: 32768, bytes: 'JFS1'}], parse: jfs},
  {type: 'nilfs2', usage: 'filesystem', magic: [{at: 1024 + 6, bytes: '\x34\x34'}], parse: nilfs2},
  {
    type: 'cramfs',
    usage: 'filesystem',
    magic: [
      {at: 0, bytes: '\x45\x3d\xcd\x28'},
      {at: 512, bytes: '\x45\x3d\xcd\x28'},
    ],
    parse: cramfs,
  },
  {type: 'romfs', usage: 'filesystem', magic: [{at: 0, bytes: '-rom1fs-'}], parse: romfs},
  {
    type: 'minix',
    usage: 'filesystem',
    magic: [
      ...['\x7f\x13', '\x8f\x13', '\x68\x24', '\x78\x24'].map((bytes) => ({at: 1024 + 16, bytes})),
      {at: 1024 + 24, bytes: '\x5a\x4d'},
    ],
    parse: minix,
  },
  {type: 'ocfs2', usage: 'filesystem', magic: [1024, 2048, 4096, 8192].map((at) => ({at, bytes: 'OCFSV2'}))},
  {type: 'gfs2', usage: 'filesystem', magic: [{at: 65536, bytes: '\x01\x16\x19\x70\x00\x00\x00\x01'}]},
];
