// SPDX-License-Identifier: GPL-2.0-only
// Which files a repair changes: the tree as the kernel shows it from the image, against that from the repaired overlay.
import {binding} from '../../binding.ts';
import {KdiskError} from '../../errors.ts';
import type {FsckPreview} from '../../fsck.ts';
import type {Content} from '../../probe/index.ts';
import {withVolume} from './engine.ts';
import type {OpenDisk} from './passes.ts';
import {compare, snapshot, type Snapshot} from './snapshot.ts';

/** Their inode numbers are on the disk; the kernel makes up those of the others. */
const KEEPS_INODES = /^(?:ext[234]|btrfs|xfs|f2fs|ntfs)$/;

/** A damaged file system may fail at any place, also at its unmount. */
async function look(handle: number, content: Content, signal?: AbortSignal): Promise<Snapshot | string> {
  let seen: Snapshot | undefined;
  try {
    await withVolume(handle, content, 'read', async (volume) => {
      seen = await snapshot(volume, signal);
    });
  } catch (error) {
    if (!(error instanceof KdiskError)) throw error;
    return seen ?? error.message.split('\n')[0]!;
  }
  return seen!;
}

/**
 * @param repaired changed by a mount, so that it is of no use afterwards
 * @param open gives another overlay of the image
 */
export async function previewOf(
  repaired: OpenDisk,
  open: () => Promise<OpenDisk>,
  content: Content,
  signal?: AbortSignal,
): Promise<FsckPreview> {
  const damaged = await open();
  let before: Snapshot | string;
  try {
    before = await look(damaged.handle, content, signal);
  } finally {
    await binding().closeDisk(damaged.handle);
  }
  const after = await look(repaired.handle, content, signal);
  const [first, second] = [before, after];
  const unreadable = (side: Snapshot | string) => (typeof side === 'string' ? 0 : side.unreadable.size);
  return {
    changes:
      typeof first === 'string' || typeof second === 'string'
        ? []
        : compare(first, second, KEEPS_INODES.test(content.type)),
    ...(typeof first === 'string' ? {beforeFailed: first} : {}),
    ...(typeof second === 'string' ? {afterFailed: second} : {}),
    unreadableBefore: unreadable(first),
    unreadableAfter: unreadable(second),
  };
}
