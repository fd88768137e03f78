// SPDX-License-Identifier: GPL-2.0-only
// Which checker goes with which type of file system, in blkid's spelling of types.
import {KdiskError} from '../../errors.ts';
import {btrfs} from './btrfs.ts';
import type {Driver} from './driver.ts';
import {erofs} from './erofs.ts';
import {exfat} from './exfat.ts';
import {ext} from './ext.ts';
import {f2fs} from './f2fs.ts';
import {fat} from './fat.ts';
import {ntfs} from './ntfs.ts';
import {squashfs} from './squashfs.ts';
import {xfs} from './xfs.ts';

const DRIVERS: Record<string, Driver> = {
  ext2: ext,
  ext3: ext,
  ext4: ext,
  btrfs,
  xfs,
  vfat: fat,
  exfat,
  f2fs,
  ntfs,
  erofs,
  squashfs,
};

/** Types that can be checked, in blkid's spelling. */
export const CHECKED_TYPES: readonly string[] = Object.keys(DRIVERS);

/** True when there is a checker for it that can repair too. */
export function isRepairable(type: string): boolean {
  return Object.hasOwn(DRIVERS, type) && DRIVERS[type]!.readOnly === undefined;
}

/** @throws KdiskError ERR_UNSUPPORTED for a type that has none */
export function driverFor(type: string, path: string): Driver {
  if (Object.hasOwn(DRIVERS, type)) return DRIVERS[type]!;
  const message = `${path}: there is no checker for ${type} in kdisk; there are those for ${CHECKED_TYPES.join(', ')}`;
  throw new KdiskError('ERR_UNSUPPORTED', message, {path});
}
