// SPDX-License-Identifier: GPL-2.0-only
// Flags that cp and tar have in common, and what they ask of the copy.
import * as Flags from '@oclif/core/flags';
import type {CopyOptions} from '../copy.ts';
import {usageFailure} from './failure.ts';

export const treeFlags = {
  exclude: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'PATTERN',
    summary: 'Leave out what has such a name, or such a path below the source if there is a slash in it.',
  }),
  include: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'PATTERN',
    summary: 'Copy only files with such a name or path.',
  }),
  owner: Flags.string({
    helpValue: 'UID[:GID]',
    summary: 'Give all that is written to this user and group, "me" for yourself.',
  }),
  'map-uid': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'FROM:TO[:COUNT]',
    summary: 'Keep owners, but change these users.',
  }),
  'map-gid': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'FROM:TO[:COUNT]',
    summary: 'Keep owners, but change these groups.',
  }),
};

interface TreeFlagValues {
  exclude?: string[] | undefined;
  include?: string[] | undefined;
  owner?: string | undefined;
  'map-uid'?: string[] | undefined;
  'map-gid'?: string[] | undefined;
}

/** The largest id; the one above it means "none". */
const MOST_ID = 0xfffffffe;

function id(text: string | undefined): number | undefined {
  const value = /^\d{1,10}$/.test(text ?? '') ? Number(text) : NaN;
  return value <= MOST_ID ? value : undefined;
}

function owner(text: string): {uid?: number; gid?: number} {
  if (text === 'me') {
    if (!process.getuid)
      throw usageFailure('--owner me: this system has no user numbers; give them: --owner 1000:1000');
    return {uid: process.getuid(), gid: process.getgid!()};
  }
  const [first, second, ...more] = text.split(':');
  const [uid, gid] = [id(first), second === undefined ? undefined : id(second)];
  if (uid === undefined || more.length > 0 || (second !== undefined && gid === undefined))
    throw usageFailure(`--owner wants numbers, UID or UID:GID, or "me", not "${text}"`);
  return {uid, ...(gid === undefined ? {} : {gid})};
}

function ranges(flag: string, words: string[]): [number, number, number][] {
  return words.map((word) => {
    const parts = word.split(':');
    const [from, to, count] = [id(parts[0]), id(parts[1]), parts.length > 2 ? id(parts[2]) : 1];
    if (
      parts.length > 3 ||
      from === undefined ||
      to === undefined ||
      !count ||
      Math.max(from, to) + count - 1 > MOST_ID
    )
      throw usageFailure(`--${flag} wants FROM:TO or FROM:TO:COUNT in numbers, not "${word}"`);
    return [from, to, count];
  });
}

export function treeOptions(flags: TreeFlagValues): CopyOptions {
  const uids = ranges('map-uid', flags['map-uid'] ?? []);
  const gids = ranges('map-gid', flags['map-gid'] ?? []);
  if (flags.owner !== undefined && uids.length + gids.length > 0)
    throw usageFailure('--owner gives all to one user; --map-uid and --map-gid have no place beside it');
  return {
    exclude: flags.exclude ?? [],
    include: flags.include ?? [],
    ...(flags.owner === undefined ? {} : owner(flags.owner)),
    ...(uids.length + gids.length > 0 ? {mapUid: uids, mapGid: gids, owner: true} : {}),
  };
}
