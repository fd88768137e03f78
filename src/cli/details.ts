// SPDX-License-Identifier: GPL-2.0-only
// All that `stat` tells of a file: its inode, the names of its extended attributes, its inode flags.
import type {KdiskError} from '../errors.ts';
import type {Entry} from '../dirents.ts';
import {S_IFDIR, S_IFREG} from '../syscalls.ts';
import type {Volume} from '../volume.ts';
import type {PathTarget} from './address.ts';
import {baseName, singleEntry} from './walk.ts';

export interface Details {
  entry: Entry;
  xattrs: string[];
  /** FS_*_FL; undefined where the file system has none. */
  flags: number | undefined;
}

/** How drivers say that they have no such thing. */
const NONE = ['EOPNOTSUPP', 'ENOTSUP', 'ENOTTY', 'ENOSYS', 'EINVAL'];

async function unlessNone<T>(what: Promise<T>): Promise<T | undefined> {
  try {
    return await what;
  } catch (error) {
    if (NONE.includes((error as KdiskError).code)) return undefined;
    throw error;
  }
}

/** @param follow what a symbolic link leads to; it must be there */
export async function detailsOf(volume: Volume, {path}: PathTarget, follow: boolean): Promise<Details> {
  if (follow) await volume.stat(path);
  const entry = await singleEntry(volume, path, baseName(Buffer.from(path as string)), follow);
  // The flags are asked of an open file, and the others are not opened.
  const open = entry.type === S_IFREG || entry.type === S_IFDIR;
  const [xattrs, flags] = await Promise.all([
    unlessNone(volume.listxattr(path, {follow})),
    open ? unlessNone(volume.getFlags(path)) : undefined,
  ]);
  return {entry, xattrs: xattrs ?? [], flags};
}
