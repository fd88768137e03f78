// SPDX-License-Identifier: GPL-2.0-only
// Where each source of a copy goes: the rules of GNU cp for destinations that exist, and those that do not. Nothing is
// written before all of them were asked.
import {statSync} from 'node:fs';
import {systemError} from '../errors.ts';
import {parseAddress} from '../image-path.ts';
import type {PathTarget} from './address.ts';
import type {Facts, Place, Side} from './copy-side.ts';
import {EXIT, failure, Failure, targetFailure, usageFailure} from './failure.ts';
import type {Session, Target} from './session.ts';

const ENOENT = 2;

/** A word of the command line. */
export type Word = {kind: 'stream'} | {kind: 'host'; word: string} | {kind: 'image'; target: Target};

/** A source or destination that is in a tree, with the side that it is on. */
export interface Located extends Place {
  side: Side;
  /** Undefined on the host. */
  target: PathTarget | undefined;
  /** The same for what one copy can take together. */
  group: string;
}

export interface Rules {
  recursive: boolean;
  /** The destination is what is made, not the directory for it (-T). */
  exact: boolean;
}

/** One source with its place at the destination. */
export interface Planned {
  from: Located;
  facts: Facts;
  to: Place;
  /** What is in the directory is meant; its own name is of no concern. */
  content: boolean;
  /** Nothing is there yet. */
  isNew: boolean;
}

export function parseWord(word: string, session: Session): Word {
  const address = parseAddress(word);
  if (address.kind === 'stream') return {kind: 'stream'};
  if (address.kind === 'host') return {kind: 'host', word};
  return {kind: 'image', target: session.target(word)};
}

/** Rules that need no look at anything. */
export function checkWords(sources: Word[], destination: Word, {recursive, exact}: Rules): void {
  if (exact && sources.length > 1) throw usageFailure('--no-target-directory takes one source and one destination');
  const streams = sources.filter(({kind}) => kind === 'stream').length;
  if (streams > 0 && sources.length > 1) throw usageFailure('"-" cannot be copied together with other sources');
  const outside = sources.find(({kind}) => kind !== 'image');
  if (destination.kind !== 'image' && outside) {
    const from = outside.kind === 'host' ? outside.word : '-';
    const to = destination.kind === 'host' ? destination.word : '-';
    throw usageFailure(`neither ${from} nor ${to} is in an image (IMAGE:/path); on the host, use cp`);
  }
  if (destination.kind === 'stream' && sources.length > 1 && !recursive)
    throw usageFailure(
      'only one file can be copied to standard output; "kdisk cat" takes several, -r makes an archive',
    );
}

/** The destination, as far as it concerns all sources. */
export interface Destination extends Located {
  /** What is there, links followed. */
  facts: Facts | undefined;
}

/** @returns what is at the destination, after the checks that concern all sources */
export async function lookAt(
  destination: Located,
  sources: number,
  {exact}: Rules,
  isDirectory: boolean,
): Promise<Destination> {
  const {side, word} = destination;
  const found = await side.look(destination, true);
  if (isDirectory || (sources > 1 && !exact)) {
    if (!found) throw new Failure(`${word}: there is no such directory`, EXIT.notFound, 'ENOENT');
    if (found.kind !== 'directory')
      throw new Failure(
        `${word} is not a directory, as a destination of several sources must be`,
        EXIT.usage,
        'ENOTDIR',
      );
  }
  if (found) return {...destination, facts: found};
  const above = side.parent(destination);
  if ((await side.look(above, true))?.kind !== 'directory')
    throw new Failure(`cannot make ${word}: there is no directory ${above.word}`, EXIT.notFound, 'ENOENT');
  return {...destination, facts: undefined};
}

/** Images are not files to be written to, nor copied from while they change. */
export function checkImages(paths: string[], images: string[], how: 'written' | 'read'): void {
  for (const path of paths) {
    const found = statSync(path, {bigint: true, throwIfNoEntry: false});
    for (const image of images) {
      const other = found && statSync(image, {bigint: true, throwIfNoEntry: false});
      if (!other || other.dev !== found.dev || other.ino !== found.ino) continue;
      if (how === 'written') throw usageFailure(`${path} is the image itself; copying to it would destroy it`);
      throw usageFailure(`${path} is the image that is written to; it cannot be copied into itself`);
    }
  }
}

/** Decides where sources go, one after the other. */
export class Planner {
  private readonly taken = new Map<string, string>();

  constructor(
    private readonly destination: Destination,
    private readonly rules: Rules,
  ) {}

  /** @throws Failure of this source; others may still be fine */
  async place(from: Located): Promise<Planned> {
    const {side: there, facts: above} = this.destination;
    const {recursive, exact} = this.rules;
    const facts = await from.side.look(from, !recursive);
    if (!facts) throw missing(from);
    const isTree = facts.kind === 'directory';
    if (isTree && !recursive) throw refused(`${from.word} is a directory; -r copies directories`, 'EISDIR');
    const name = from.side.nameOf(from);
    const into = above?.kind === 'directory' && !exact && name !== undefined;
    let to: Place = into ? there.below(this.destination, name) : this.destination;
    const target = into ? await there.look(to, false) : above;
    if (isTree && target && target.kind !== 'directory')
      throw refused(`cannot copy the directory ${from.word} over ${to.word}, which is not one`, 'ENOTDIR');
    if (!isTree && target?.kind === 'directory')
      throw refused(`cannot copy ${from.word} over ${to.word}, which is a directory`, 'EISDIR');
    if (!isTree && !above && there.endsWithSlash(this.destination)) {
      const hint = 'make it first, or leave out the slash';
      throw new Failure(`${to.word} is no existing directory; ${hint}`, EXIT.notFound, 'ENOENT');
    }
    await this.checkSame(from, facts, to, target);
    this.take(from, isTree, to);
    // The user's own link to a directory is followed; links in trees never are.
    if (isTree && target && !into) to = {...(await there.real(to)), word: to.word};
    return {from, facts, to, content: isTree && name === undefined, isNew: target === undefined};
  }

  /** A file is not copied to itself, nor a directory into itself. */
  private async checkSame(from: Located, facts: Facts, to: Place, target: Facts | undefined): Promise<void> {
    const {side, group} = this.destination;
    if (from.group !== group) return;
    if (target?.id === facts.id) throw refused(`${from.word} and ${to.word} are the same file`, 'EINVAL');
    if (facts.kind !== 'directory') return;
    let at = target ? await side.real(to) : await side.real(side.parent(to));
    for (;;) {
      if ((await side.look(at, false))?.id === facts.id)
        throw refused(`cannot copy the directory ${from.word} into itself, ${to.word}`, 'EINVAL');
      const above = side.parent(at);
      if (above.path.toString('latin1') === at.path.toString('latin1')) return;
      at = above;
    }
  }

  /** Two sources of one name would overwrite each other; directories are merged. */
  private take({word}: Located, isTree: boolean, to: Place): void {
    const key = Buffer.from(to.path as string).toString('latin1');
    const before = this.taken.get(key);
    if (before !== undefined && !(isTree && before === ''))
      throw refused(`${word} would overwrite the copy just made of ${before || 'a directory'}, ${to.word}`, 'EEXIST');
    this.taken.set(key, isTree ? '' : word);
  }
}

function refused(message: string, code: string): Failure {
  return new Failure(message, EXIT.usage, code);
}

function missing({word, path, target}: Located): Failure {
  const error = systemError(ENOENT, 'stat', path);
  return target ? targetFailure(error, {word, path: path.toString()}) : failure(error, word);
}
