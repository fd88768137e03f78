// SPDX-License-Identifier: GPL-2.0-only
// Whether a file system was cleanly closed, from what its driver leaves in superblock, boot sector or log. Offsets are
// those of the structs in the kernel's own headers, named beside each.
import {parseBpb} from './microsoft.ts';
import {ntfsVolumeFlags} from './ntfs-state.ts';
import {Head, type Source} from './types.ts';
import {xfsState} from './xfs-state.ts';

export interface FileSystemState {
  /** Undefined where nothing in it tells. */
  clean: boolean | undefined;
  /** What was found, when it is not clean. */
  detail?: string;
  /** A mount for writing settles it: there is a log or a journal. */
  replayed?: true;
  /** Not to be written to before it is repaired. */
  damaged?: true;
}

export const CLEAN: FileSystemState = {clean: true};
export const UNKNOWN: FileSystemState = {clean: undefined};

/** The next mount for writing brings it in order. */
export function pending(detail: string): FileSystemState {
  return {clean: false, detail, replayed: true};
}

export function damaged(detail: string): FileSystemState {
  return {clean: false, detail, damaged: true};
}

/** fs/ext4/ext4.h: s_state, s_feature_*, s_last_orphan of struct ext4_super_block, at 1 KiB */
function ext(head: Head): FileSystemState {
  const sb = head.near(1024, 1024);
  const state = sb.readUInt16LE(58);
  const [compat, incompat, roCompat] = [sb.readUInt32LE(92), sb.readUInt32LE(96), sb.readUInt32LE(100)];
  // EXT4_ERROR_FS
  if (state & 2) return damaged('errors are recorded in its superblock');
  // EXT4_VALID_FS is taken away while mounted where there is no journal (EXT4_FEATURE_COMPAT_HAS_JOURNAL).
  if (!(state & 1))
    return damaged(compat & 4 ? 'it is marked as not valid' : 'it was not cleanly unmounted, and it has no journal');
  // EXT4_FEATURE_INCOMPAT_RECOVER
  if (incompat & 4) return pending('its journal waits to be replayed');
  // The list of unlinked files that were open; EXT4_FEATURE_RO_COMPAT_ORPHAN_PRESENT is the same in a file.
  if (sb.readUInt32LE(232) !== 0 || roCompat & 0x10000) return pending('removed files wait to be freed');
  return CLEAN;
}

/** include/uapi/linux/btrfs_tree.h: flags and log_root of struct btrfs_super_block, at 64 KiB */
function btrfs(head: Head): FileSystemState {
  const sb = head.near(65536, 4096);
  // BTRFS_SUPER_FLAG_ERROR
  if (sb.readBigUInt64LE(56) & 4n) return damaged('errors are recorded in its superblock');
  if (sb.readBigUInt64LE(96) !== 0n) return pending('its log tree waits to be replayed');
  // Anything else is only ever changed by a new superblock.
  return CLEAN;
}

/** include/linux/f2fs_fs.h: struct f2fs_super_block at 1 KiB, struct f2fs_checkpoint in one of two packs */
async function f2fs(head: Head): Promise<FileSystemState> {
  const sb = head.near(1024, 128);
  const [blockShift, segmentShift] = [sb.readUInt32LE(16), sb.readUInt32LE(20)];
  if (blockShift < 12 || blockShift > 16 || segmentShift > 16) return UNKNOWN;
  const block = 2 ** blockShift;
  const first = sb.readUInt32LE(76) * block;
  const packs = await Promise.all(
    [first, first + 2 ** segmentShift * block].map(async (at) => {
      const start = await head.read(at, block);
      const last = start && (await head.read(at + (start.readUInt32LE(136) - 1) * block, block));
      if (!last) return undefined;
      // A pack whose two ends differ was not written to its end.
      const version = start.readBigUInt64LE(0);
      return version === last.readBigUInt64LE(0) ? {version, flags: start.readUInt32LE(132)} : undefined;
    }),
  );
  const valid = packs.filter((pack) => pack !== undefined).sort((a, b) => (a.version < b.version ? 1 : -1));
  if (valid.length === 0) return damaged('it has no valid checkpoint');
  const {flags} = valid[0]!;
  // CP_FSCK_FLAG
  if (flags & 0x10) return damaged('its checkpoint asks for a check');
  // CP_UMOUNT_FLAG
  return flags & 1 ? CLEAN : pending('it was not cleanly unmounted: its last checkpoint waits for a roll-forward');
}

/**
 * fs/fat/fatent.c and fat.h: the boot sector's state byte is the mark of Linux (FAT_STATE_DIRTY), two bits of the second
 * entry of the FAT are that of DOS and Windows (ClnShutBitMask, HrdErrBitMask of Microsoft's specification).
 */
async function vfat(head: Head): Promise<FileSystemState> {
  const boot = head.near(0, 512);
  const bpb = parseBpb(boot);
  if (!bpb) return UNKNOWN;
  const fat32 = bpb.rootCluster !== 0;
  if (boot.readUInt8(fat32 ? 65 : 37) & 1) return {clean: false, detail: 'it was not cleanly unmounted'};
  // FAT12 has no room for the bits.
  if (!fat32 && bpb.clusters < 4085) return CLEAN;
  const entry = await head.read(bpb.fatStart + (fat32 ? 4 : 2), fat32 ? 4 : 2);
  if (!entry) return UNKNOWN;
  const bits = fat32 ? entry.readUInt32LE(0) >>> 26 : entry.readUInt16LE(0) >>> 14;
  if (!(bits & 2)) return {clean: false, detail: 'it was not cleanly unmounted'};
  return bits & 1 ? CLEAN : {clean: false, detail: 'a disk error is recorded in it'};
}

/** fs/exfat/exfat_raw.h: vol_flags of struct boot_sector, VOLUME_DIRTY and MEDIA_FAILURE */
function exfat(head: Head): FileSystemState {
  const flags = head.near(0, 512).readUInt16LE(106);
  if (flags & 2) return {clean: false, detail: 'it was not cleanly unmounted'};
  return flags & 4 ? {clean: false, detail: 'a disk error is recorded in it'} : CLEAN;
}

/** fs/ntfs3/ntfs.h: VOLUME_FLAG_DIRTY of the $Volume file; ntfs3 does not write then */
async function ntfs(head: Head): Promise<FileSystemState> {
  const flags = await ntfsVolumeFlags(head);
  if (flags === undefined) return UNKNOWN;
  return flags & 1 ? damaged('it is marked as dirty') : CLEAN;
}

/** fs/jfs/jfs_superblock.h: s_state of struct jfs_superblock, at 32 KiB; the kernel does not replay the log */
function jfs(head: Head): FileSystemState {
  const state = head.near(32768, 64).readUInt32LE(40);
  return state === 0 ? CLEAN : damaged('it was not cleanly unmounted, and its log is replayed by jfs_fsck alone');
}

/**
 * include/uapi/linux/nilfs2_ondisk.h: s_state of struct nilfs_super_block, at 1 KiB and at the end (NILFS_SB2_OFFSET_BYTES);
 * the driver writes them in turn, s_last_cno tells the newer one
 */
async function nilfs2(head: Head): Promise<FileSystemState> {
  const first = head.near(1024, 256);
  const size = Number(first.readBigUInt64LE(32));
  const second = await head.read((Math.floor(size / 4096) - 1) * 4096, 256);
  const same = second && second.readUInt16LE(6) === first.readUInt16LE(6);
  const sb = same && second.readBigUInt64LE(56) > first.readBigUInt64LE(56) ? second : first;
  const state = sb.readUInt16LE(116);
  // NILFS_ERROR_FS, NILFS_VALID_FS
  if (state & 2) return damaged('errors are recorded in its superblock');
  return state & 1 ? CLEAN : pending('it was not cleanly unmounted: its last log waits for a roll-forward');
}

/** include/linux/minix_fs.h: s_state of struct minix_super_block, at 1 KiB; version 3 has none */
function minix(head: Head): FileSystemState {
  const sb = head.near(1024, 32);
  if (sb.readUInt16LE(24) === 0x4d5a) return UNKNOWN;
  const state = sb.readUInt16LE(18);
  return (state & 3) === 1 ? CLEAN : {clean: false, detail: 'it was not cleanly unmounted'};
}

/** fs/hfsplus/hfsplus_raw.h: attributes of struct hfsplus_vh, at 1 KiB; the driver writes to neither kind */
function hfsplus(head: Head): FileSystemState {
  const header = head.near(1024, 512);
  if (!['H+', 'HX'].includes(header.toString('latin1', 0, 2))) return UNKNOWN;
  const attributes = header.readUInt32BE(4);
  // HFSPLUS_VOL_INCNSTNT, HFSPLUS_VOL_UNMNT
  if (attributes & 0x800) return damaged('it is marked as inconsistent');
  return attributes & 0x100 ? CLEAN : damaged('it was not cleanly unmounted');
}

const PROBES: Record<string, (head: Head) => FileSystemState | Promise<FileSystemState>> = {
  ext2: ext,
  ext3: ext,
  ext4: ext,
  btrfs,
  xfs: xfsState,
  f2fs,
  vfat,
  exfat,
  ntfs,
  jfs,
  nilfs2,
  minix,
  hfsplus,
};

/** @param type as probeContent() names it */
export async function probeState(type: string, source: Source | Head): Promise<FileSystemState> {
  const probe = Object.hasOwn(PROBES, type) ? PROBES[type] : undefined;
  return probe ? probe(await Head.of(source)) : UNKNOWN;
}
