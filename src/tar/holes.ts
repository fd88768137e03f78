// SPDX-License-Identifier: GPL-2.0-only
// Where the data of a file with holes is.
import {NR, SEEK_DATA, SEEK_HOLE} from '../syscalls.ts';
import type {Path} from '../caller.ts';
import {Volume} from '../volume.ts';
import type {Extent} from './sparse.ts';

const ENXIO = 6;
/** More pieces than this are stored as they are: the map would have to be held in memory. */
const MOST = 1_000_000;

/** Undefined where that cannot be told. */
export async function dataExtents(volume: Volume, path: Path): Promise<Extent[] | undefined> {
  const {addon, root} = Volume.callerOf(volume);
  await using file = await volume.open(path);
  const extents: Extent[] = [];
  for (let at = 0; extents.length < MOST;) {
    const start = await addon.syscall(root, NR.lseek, file.fd, at, SEEK_DATA);
    if (start === -ENXIO) return extents;
    const end = start < 0 ? start : await addon.syscall(root, NR.lseek, file.fd, start, SEEK_HOLE);
    if (end < 0) return undefined;
    extents.push({offset: start, size: end - start});
    at = end;
  }
  return undefined;
}
