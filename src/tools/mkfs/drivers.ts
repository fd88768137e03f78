// SPDX-License-Identifier: GPL-2.0-only
// The types that can be made, each with the driver of its tool, and the names that stand for one.
import {KdiskError} from '../../errors.ts';
import {toolPath} from '../run.ts';
import {erofs, squashfs} from './archives.ts';
import {ext} from './ext.ts';
import {btrfs, f2fs, xfs} from './linux.ts';
import {TYPES, wrong, type Driver, type MkfsType} from './types.ts';
import {exfat, ntfs, vfat} from './windows.ts';

const DRIVERS: Record<MkfsType, Driver> = {
  ext2: ext('ext2'),
  ext3: ext('ext3'),
  ext4: ext('ext4'),
  btrfs,
  xfs,
  vfat,
  exfat,
  f2fs,
  ntfs,
  squashfs,
  erofs,
};

/** What other tools call them, with the options that say which kind is meant. */
const ALIASES: Record<string, [MkfsType, ...string[]]> = {
  fat: ['vfat'],
  msdos: ['vfat'],
  fat12: ['vfat', '-F', '12'],
  fat16: ['vfat', '-F', '16'],
  fat32: ['vfat', '-F', '32'],
};

/** @throws KdiskError ERR_USAGE for a name that nobody knows */
export function parseType(name: string): {type: MkfsType; native: string[]} {
  const [type, ...native] = ALIASES[name] ?? [name as MkfsType];
  if (TYPES.includes(type)) return {type, native};
  throw wrong(`kdisk cannot make "${name}"; it makes ${TYPES.slice(0, -1).join(', ')} and ${TYPES.at(-1)}`);
}

/** @throws KdiskError ERR_UNSUPPORTED when the program that makes this type is not there */
export function driverOf(type: MkfsType): Driver {
  const driver = DRIVERS[type];
  try {
    toolPath(driver.tool);
  } catch (error) {
    const reason = (error as Error).message;
    throw new KdiskError('ERR_UNSUPPORTED', `kdisk cannot make ${type} here: ${reason}`, {cause: error});
  }
  return driver;
}
