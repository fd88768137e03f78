// SPDX-License-Identifier: GPL-2.0-only
// Patterns in addresses (disk.img:/var/log/*.gz), which no shell expands, because the names are inside the image.
import {isUtf8} from 'node:buffer';
import {printable} from '../format/name.ts';
import {addressOf, type PathTarget} from './address.ts';
import {EXIT, failure, Failure} from './failure.ts';
import type {Session, Target} from './session.ts';

/** As in a shell; "{a,b}" is the shell's own and has been expanded by it. */
const PATTERN = /[*?[]/;

export interface ExpandOptions {
  /** Told of patterns that match nothing and of images that can't be opened; without it the first one is thrown. */
  failed?: (error: Failure, target: Target) => void;
  /** Open the image for writing, because that comes next. */
  write?: boolean;
}

/** Targets with the patterns in them replaced by what they match, sorted. A path that exists as it is written is meant
 *  literally. */
export async function expandTargets(
  session: Session,
  targets: Target[],
  {failed, write = false}: ExpandOptions = {},
): Promise<PathTarget[]> {
  const found: PathTarget[] = [];
  for (const target of targets) {
    if (!PATTERN.test(target.path)) {
      found.push(target);
      continue;
    }
    try {
      found.push(...(await expand(session, target, write)));
    } catch (error) {
      const said = failure(error, target.word);
      if (!failed) throw said;
      failed(said, target);
    }
  }
  return found;
}

async function expand(session: Session, target: Target, write: boolean): Promise<PathTarget[]> {
  const volume = await session.volume(target, {write});
  const matches: Buffer[] = [];
  for await (const match of volume.glob(target.path)) matches.push(match);
  if (matches.length === 0)
    throw new Failure(`${printable(target.word)}: nothing matches this pattern`, EXIT.notFound, 'ENOENT');
  return matches.sort(Buffer.compare).map((bytes) => {
    const path = isUtf8(bytes) ? bytes.toString() : bytes;
    return {...target, path, word: addressOf(target, bytes).toString()};
  });
}
