// SPDX-License-Identifier: GPL-2.0-only
// A run of the tool that only memory sees: options that it refuses must not cost what is in the image now.
import {binding} from '../../binding.ts';
import {probeContent} from '../../probe/index.ts';
import {diskSource} from '../fsck/place.ts';
import {make} from './make.ts';
import {wipe, type Target} from './target.ts';
import {wrong, type Driver, type Wish} from './types.ts';

/**
 * Does nothing where nothing can be lost any more, where no option of the user can be wrong, and for what grows.
 * @throws KdiskError as make() does, and ERR_USAGE where the options make no file system at all
 */
export async function rehearse(driver: Driver, wish: Wish, target: Target, signal?: AbortSignal): Promise<void> {
  const {native, blockSize, type} = wish;
  const size = BigInt(wish.size);
  if (native.length === 0 && blockSize === undefined) return;
  if (target.kind === 'new' || target.touched || target.size < wish.size) return;
  const addon = binding();
  const {handle} = await addon.openDisk(target.path, 'overlay', {start: BigInt(target.start), size});
  try {
    // Its two ends are enough to tell the old from the new.
    wipe({...target, kind: 'device', size: wish.size}, handle);
    await make(driver, wish, {handle, signal});
    if (await probeContent(diskSource(handle, size))) return;
    throw wrong(`${driver.tool} makes no ${type} with these options; nothing was changed`);
  } finally {
    await addon.closeDisk(handle);
  }
}
