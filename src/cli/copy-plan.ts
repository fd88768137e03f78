// SPDX-License-Identifier: GPL-2.0-only
// Where each source of a copy goes on the host: the rules of cp for destinations that exist, and those that do not.
import {statSync, type Stats} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {parseAddress} from '../image-path.ts';
import type {VolumeStats} from '../statx.ts';
import type {Volume} from '../volume.ts';
import {EXIT, failure, Failure, usageFailure} from './failure.ts';
import type {Session, Target} from './session.ts';

export type Destination = {kind: 'stdout'} | {kind: 'host'; path: string; stats: Stats | undefined};

export interface PlannedCopy {
  source: Target;
  volume: Volume;
  stats: VolumeStats;
  to: string;
}

/** The last word of the command line. */
export function parseDestination(word: string): Destination {
  const address = parseAddress(word);
  if (address.kind === 'stream') return {kind: 'stdout'};
  if (address.kind === 'image') {
    const isDrive = /^[a-z]$/i.test(address.image ?? '') ? `; for the file "${word}" of the host write ./${word}` : '';
    throw new Failure(
      `${word}: writing into an image is not supported yet; the destination must be on the host${isDrive}`,
      EXIT.unsupported,
      'ERR_UNSUPPORTED',
    );
  }
  return {kind: 'host', path: word, stats: look(word)};
}

/** What is there, if anything; not being allowed to look ends the command. */
function look(path: string): Stats | undefined {
  try {
    return statSync(path, {throwIfNoEntry: false});
  } catch (error) {
    throw failure(error, path);
  }
}

/** A word that must name something inside an image. */
export function parseSource(word: string, session: Session): Target {
  const address = parseAddress(word);
  if (address.kind === 'host')
    throw usageFailure(`"${word}" is a path of the host; what is copied must be in an image: IMAGE:/path`);
  return session.target(word);
}

/** Rules that need no look into the image. */
export function checkDestination(sources: Target[], destination: Destination, recursive: boolean): void {
  if (destination.kind === 'stdout') {
    if (sources.length > 1)
      throw usageFailure('only one file can be copied to standard output; "kdisk cat" takes several');
    if (recursive) throw usageFailure('a tree cannot be copied to standard output');
    return;
  }
  const {path, stats} = destination;
  if (sources.length > 1 && !stats?.isDirectory()) {
    throw usageFailure(
      `${path} is ${stats ? 'not a directory' : 'no existing directory'}, as a destination of several sources must be`,
    );
  }
  if (!stats && !look(dirname(path))?.isDirectory()) {
    throw new Failure(`cannot make ${path}: there is no directory ${dirname(path)}`, EXIT.notFound, 'ENOENT');
  }
  for (const {image} of sources) {
    const source = look(image);
    if (stats && source && stats.ino === source.ino && stats.dev === source.dev) {
      throw usageFailure(`${path} is the image itself; copying to it would destroy it`);
    }
  }
}

/** Name of a source at its destination; none for the root of a volume and for "dir/.", whose content is meant. */
function nameOf(path: string): string {
  const last = path.endsWith('/.') ? '' : basename(path);
  return last === '..' ? '' : last;
}

/** @returns where the source goes, after the checks that need to know what it is */
export function place(
  source: Target,
  stats: VolumeStats,
  destination: Destination & {kind: 'host'},
  recursive: boolean,
): string {
  const {path, stats: there} = destination;
  if (stats.isDirectory() && !recursive) {
    throw new Failure(`${source.word} is a directory; -r copies directories`, EXIT.usage, 'EISDIR');
  }
  const name = nameOf(source.path);
  const to = there?.isDirectory() && name !== '' ? join(path, name) : path;
  const target = to === path ? there : look(to);
  if (stats.isDirectory() && target && !target.isDirectory()) {
    throw new Failure(`cannot copy the directory ${source.word} over ${to}, which is not one`, EXIT.usage, 'ENOTDIR');
  }
  if (!stats.isDirectory() && target?.isDirectory()) {
    throw new Failure(`cannot copy ${source.word} over ${to}, which is a directory`, EXIT.usage, 'EISDIR');
  }
  if (!stats.isDirectory() && !there && /[\\/]$/.test(path)) {
    throw new Failure(
      `${path} is no existing directory; make it first, or leave out the slash`,
      EXIT.notFound,
      'ENOENT',
    );
  }
  return to;
}
