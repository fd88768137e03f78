// SPDX-License-Identifier: GPL-2.0-only
// For commands whose last word says where: mv and ln, which work inside one file system.
import type {Path} from '../caller.ts';
import {printable} from '../format/name.ts';
import type {VolumeStats} from '../statx.ts';
import {joinPath, type Volume} from '../volume.ts';
import type {PathTarget} from './address.ts';
import {refusal} from './change-failure.ts';
import {EXIT, Failure} from './failure.ts';
import {sameBytes, splitPath} from './path.ts';
import type {Session} from './session.ts';

/** Where new names go. */
export interface Destination {
  target: PathTarget;
  /** A directory that gets the names; else the target is the name. */
  directory: boolean;
}

/** @param plain a directory is not a place to put something in (-T) */
export async function destination(
  session: Session,
  target: PathTarget,
  plain: boolean,
  count: number,
): Promise<Destination> {
  const volume = await session.volume(target);
  const stats = plain ? undefined : await volume.stat(target.path).catch(() => undefined);
  const directory = stats?.isDirectory() ?? false;
  if (!directory && count > 1)
    throw refusal(target, ' is not a directory, so it cannot take all of these', 'ENOTDIR', EXIT.usage);
  return {target, directory};
}

/** The path that a source named `name` gets. */
export function pathAt({target, directory}: Destination, name: Path): Path {
  return directory ? joinPath(target.path, name) : splitPath(target.path).bare;
}

/** The volume of both, if it is one. */
export async function commonVolume(session: Session, source: PathTarget, target: PathTarget): Promise<Volume> {
  const [one, other] = [await session.volume(source), await session.volume(target)];
  if (one === other) return one;
  const places = `${printable(source.word)} and ${printable(target.word)} are in different file systems`;
  throw new Failure(`${places}; "kdisk cp -a" copies from one to the other`, EXIT.partly, 'EXDEV');
}

export async function isEmpty(volume: Volume, directory: Path): Promise<boolean> {
  for await (const batch of volume.entries(directory)) if (batch.length > 0) return false;
  return true;
}

const folded = (name: Path) => name.toString().normalize('NFC').toLowerCase();

/**
 * Whether two paths lead to one inode: as one and the same entry, as one entry whose name is looked up without regard
 * to case, or as two links.
 */
export async function sameFile(
  volume: Volume,
  one: Path,
  stats: VolumeStats<bigint>,
  other: Path,
  there: VolumeStats<bigint>,
): Promise<'entry' | 'letters' | 'link' | undefined> {
  if (there.ino !== stats.ino || there.dev !== stats.dev) return undefined;
  const [from, to] = [splitPath(one), splitPath(other)];
  const [left, right] = await Promise.all([volume.stat(from.parent), volume.stat(to.parent)]);
  const together = left.ino === right.ino && left.dev === right.dev;
  if (together && sameBytes(from.name, to.name)) return 'entry';
  return together && folded(from.name) === folded(to.name) ? 'letters' : 'link';
}

/** A name in the same directory that nothing has. */
export function temporaryBeside(path: Path): Path {
  return joinPath(splitPath(path).parent, `.kdisk-${process.hrtime.bigint().toString(36)}`);
}

/** Renames by way of another name; the kernel takes the names for one and does nothing. */
export async function changeLetters(volume: Volume, from: Path, to: Path): Promise<void> {
  const between = temporaryBeside(from);
  await volume.rename(from, between);
  try {
    await volume.rename(between, to);
  } catch (error) {
    await volume.rename(between, from);
    throw error;
  }
}
