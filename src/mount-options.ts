// SPDX-License-Identifier: GPL-2.0-only
// How each file system is mounted: the kernel's name of the driver, the options that make names come out as UTF-8,
// those that leave a journal alone, and those for writing.

interface Driver {
  /** file_system_type name in the kernel. */
  driver: string;
  /** Always given. */
  options?: string;
  /** Given for a version of the file system, as the probe names it. */
  byVersion?: Record<string, string>;
  /** Given for a volume that must be seen exactly as it is on the disk: no journal replay, no roll-forward. */
  asIs?: string;
  /** For a mount that reads ... */
  read?: string;
  /** ... and one that writes: what is damaged must not be written on. */
  write?: string;
  /** The driver, or the way it is built in here, does not write. */
  readOnly?: true;
}

// fs/*/super.c of the kernel that is built in. iso9660, jfs, squashfs, ... replay nothing on a read-only mount.
const DRIVERS: Record<string, Driver> = {
  // The ext4 driver mounts all three. An image may ask for a panic at the first error (tune2fs -e panic): not here.
  ext2: {driver: 'ext4', read: 'errors=continue', write: 'errors=remount-ro', asIs: 'noload'},
  ext3: {driver: 'ext4', read: 'errors=continue', write: 'errors=remount-ro', asIs: 'noload'},
  ext4: {driver: 'ext4', read: 'errors=continue', write: 'errors=remount-ro', asIs: 'noload'},
  btrfs: {driver: 'btrfs', asIs: 'rescue=nologreplay'},
  // Images are copied: two with one UUID are no accident.
  xfs: {driver: 'xfs', options: 'nouuid', asIs: 'norecovery'},
  f2fs: {driver: 'f2fs', write: 'errors=remount-ro', asIs: 'norecovery'},
  nilfs2: {driver: 'nilfs2', read: 'errors=continue', write: 'errors=remount-ro', asIs: 'norecovery'},
  // These have no modes, and show files as a umask says; the one of the kernel inside is 0.
  vfat: {driver: 'vfat', options: 'utf8,umask=022'},
  exfat: {driver: 'exfat', options: 'iocharset=utf8,umask=022'},
  ntfs: {driver: 'ntfs3', options: 'iocharset=utf8,umask=022'},
  iso9660: {driver: 'iso9660', options: 'iocharset=utf8', readOnly: true},
  udf: {driver: 'udf', options: 'iocharset=utf8'},
  jfs: {driver: 'jfs', options: 'iocharset=utf8'},
  hfs: {driver: 'hfs', options: 'iocharset=utf8,codepage=macroman'},
  hfsplus: {driver: 'hfsplus', options: 'nls=utf8,umask=022'},
  squashfs: {driver: 'squashfs', readOnly: true},
  erofs: {driver: 'erofs', readOnly: true},
  minix: {driver: 'minix'},
  romfs: {driver: 'romfs', readOnly: true},
  cramfs: {driver: 'cramfs', readOnly: true},
  affs: {driver: 'affs'},
  befs: {driver: 'befs', options: 'iocharset=utf8', readOnly: true},
  bfs: {driver: 'bfs'},
  efs: {driver: 'efs', readOnly: true},
  hpfs: {driver: 'hpfs', options: 'umask=022'},
  omfs: {driver: 'omfs', options: 'umask=022'},
  qnx6: {driver: 'qnx6', readOnly: true},
  sysv: {driver: 'sysv'},
  // There are more kinds, but only these two can be told apart by what is on the disk.
  ufs: {driver: 'ufs', byVersion: {1: 'ufstype=44bsd', 2: 'ufstype=ufs2'}, readOnly: true},
};

/** True when a driver is there for this type, in blkid's spelling. */
export function isMountable(type: string): boolean {
  return Object.hasOwn(DRIVERS, type);
}

/** True when the kernel can write to it too. */
export function isWritable(type: string): boolean {
  return isMountable(type) && !DRIVERS[type]!.readOnly;
}

/** What a mount is for: 'as-is' shows exactly what is on the disk, without a replay of its journal. */
export type MountMode = 'read' | 'as-is' | 'write';

/** Arguments of mount(2); undefined when there is no driver. */
export function mountArguments(
  {type, version = ''}: {type: string; version?: string},
  mode: MountMode,
): {driver: string; data: string} | undefined {
  const found = isMountable(type) ? DRIVERS[type] : undefined;
  if (!found) return undefined;
  const forMode = mode === 'write' ? [found.write] : mode === 'as-is' ? [found.read, found.asIs] : [found.read];
  const data = [found.options, found.byVersion?.[version], ...forMode]
    .filter((option) => option !== undefined)
    .join(',');
  return {driver: found.driver, data};
}

/** What `kdisk fsck` repairs. */
const OURS = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'f2fs', 'vfat', 'exfat'];

/** What mends others, as its project calls it. */
const REPAIR: Record<string, string> = {
  ntfs: 'chkdsk',
  jfs: 'jfs_fsck',
  hfsplus: 'fsck.hfsplus',
};

/**
 * What mends a file system: a command to be typed, or what to do with a copy; undefined when nothing is known.
 * @param where its image or partition, as an address
 */
export function repairAdvice(type: string, where: string): string | undefined {
  if (OURS.includes(type)) return `kdisk fsck -y ${where}`;
  return REPAIR[type] && `${REPAIR[type]}, on a copy`;
}
