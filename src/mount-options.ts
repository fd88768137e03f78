// SPDX-License-Identifier: GPL-2.0-only
// How each file system is mounted: the kernel's name of the driver, the options that make names come out as UTF-8, and
// those that leave a journal alone.

interface Driver {
  /** file_system_type name in the kernel. */
  driver: string;
  /** Always given. */
  options?: string;
  /** Given for a version of the file system, as the probe names it. */
  byVersion?: Record<string, string>;
  /** Given for a volume that must be seen exactly as it is on the disk: no journal replay, no roll-forward. */
  asIs?: string;
}

// fs/*/super.c of the kernel that is built in. iso9660, jfs, squashfs, ... replay nothing on a read-only mount.
const DRIVERS: Record<string, Driver> = {
  // The ext4 driver mounts all three. An image may ask for a panic at the first error (tune2fs -e panic): not here.
  ext2: {driver: 'ext4', options: 'errors=continue', asIs: 'noload'},
  ext3: {driver: 'ext4', options: 'errors=continue', asIs: 'noload'},
  ext4: {driver: 'ext4', options: 'errors=continue', asIs: 'noload'},
  btrfs: {driver: 'btrfs', asIs: 'rescue=nologreplay'},
  // Images are copied: two with one UUID are no accident.
  xfs: {driver: 'xfs', options: 'nouuid', asIs: 'norecovery'},
  f2fs: {driver: 'f2fs', asIs: 'norecovery'},
  nilfs2: {driver: 'nilfs2', options: 'errors=continue', asIs: 'norecovery'},
  vfat: {driver: 'vfat', options: 'utf8'},
  exfat: {driver: 'exfat', options: 'iocharset=utf8'},
  ntfs: {driver: 'ntfs3', options: 'iocharset=utf8'},
  iso9660: {driver: 'iso9660', options: 'iocharset=utf8'},
  udf: {driver: 'udf', options: 'iocharset=utf8'},
  jfs: {driver: 'jfs', options: 'iocharset=utf8'},
  hfs: {driver: 'hfs', options: 'iocharset=utf8,codepage=macroman'},
  hfsplus: {driver: 'hfsplus', options: 'nls=utf8'},
  squashfs: {driver: 'squashfs'},
  erofs: {driver: 'erofs'},
  minix: {driver: 'minix'},
  romfs: {driver: 'romfs'},
  cramfs: {driver: 'cramfs'},
  affs: {driver: 'affs'},
  befs: {driver: 'befs', options: 'iocharset=utf8'},
  bfs: {driver: 'bfs'},
  efs: {driver: 'efs'},
  hpfs: {driver: 'hpfs'},
  omfs: {driver: 'omfs'},
  qnx6: {driver: 'qnx6'},
  sysv: {driver: 'sysv'},
  // There are more kinds, but only these two can be told apart by what is on the disk.
  ufs: {driver: 'ufs', byVersion: {1: 'ufstype=44bsd', 2: 'ufstype=ufs2'}},
};

/** True when a driver is there for this type, in blkid's spelling. */
export function isMountable(type: string): boolean {
  return Object.hasOwn(DRIVERS, type);
}

/** Arguments of mount(2); undefined when there is no driver. */
export function mountArguments(
  {type, version = ''}: {type: string; version?: string},
  asIs: boolean,
): {driver: string; data: string} | undefined {
  const found = isMountable(type) ? DRIVERS[type] : undefined;
  if (!found) return undefined;
  const data = [found.options, found.byVersion?.[version], asIs ? found.asIs : undefined]
    .filter((option) => option !== undefined)
    .join(',');
  return {driver: found.driver, data};
}
