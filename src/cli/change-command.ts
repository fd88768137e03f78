// SPDX-License-Identifier: GPL-2.0-only
// What the commands that change an image share. Each target is looked at before the image is opened for writing, so a
// command that is refused leaves every byte of it as it was.
import {BaseCommand, type JsonProblem} from '../base-command.ts';
import type {Path} from '../caller.ts';
import {throwIfAborted, type KdiskError} from '../errors.ts';
import {jsonName} from '../format/name.ts';
import {parseAddress} from '../image-path.ts';
import type {VolumeStats} from '../statx.ts';
import type {Volume} from '../volume.ts';
import {addressOf, type PathTarget} from './address.ts';
import {changeFailure} from './change-failure.ts';
import {usageFailure, type Failure} from './failure.ts';
import {expandTargets} from './glob.ts';
import {interruptible} from './interruption.ts';
import {splitPath} from './path.ts';
import type {Session, Target} from './session.ts';

/** As it stands in the output of --json. */
export interface JsonChange {
  /** The word of the command line, with what its pattern matched. */
  target: string;
  /** Inside the image. */
  path: string;
  pathBase64?: string;
}

export interface ChangeResult<Detail> {
  changes: (JsonChange & Detail)[];
  problems: JsonProblem[];
}

export abstract class ChangeCommand<Detail extends object> extends BaseCommand {
  protected readonly result: ChangeResult<Detail> = {changes: [], problems: []};
  private lastMessage: string | undefined;

  /** The targets that words name, patterns expanded. */
  protected expand(
    session: Session,
    words: string[],
    missing: (error: Failure) => void = (error) => this.fail(error),
  ): Promise<PathTarget[]> {
    const targets = words.map((word) => insideOnly(session, word, this.id!));
    return expandTargets(session, targets, {failed: missing});
  }

  /**
   * Does the work for each target and reports what fails.
   * @param work resolves with what --json shows of a change, or undefined when there was nothing to do
   */
  protected async each(
    targets: PathTarget[],
    work: (target: PathTarget) => Promise<Detail | undefined>,
  ): Promise<ChangeResult<Detail>> {
    const unfinished = () => `${this.where}${this.id} is not complete`;
    return interruptible(unfinished, async () => {
      let succeeded = 0;
      for (const target of targets) {
        throwIfAborted(this.signal);
        try {
          const detail = await work(target);
          if (detail) this.changed(target, target.path, detail);
          succeeded++;
        } catch (error) {
          this.failAt(error, target);
        }
      }
      this.finish(succeeded);
      return this.result;
    });
  }

  protected changed({word}: PathTarget, path: Path, detail: Detail): void {
    this.result.changes.push({target: word, ...jsonName('path', Buffer.from(path as string)), ...detail});
  }

  /** Reports a failure with a target, or with what is below it. */
  protected failAt(error: unknown, target: PathTarget, path?: Path): void {
    const {name} = error as Error;
    // Nothing more can come of these.
    if (name === 'AbortError' || (error as {code?: string}).code === 'EKERNELDEAD') throw error;
    this.fail(
      changeFailure(error, path === undefined ? target : {...target, word: addressOf(target, path).toString(), path}),
    );
  }

  protected fail(found: Failure): void {
    // An image that can't be written can't be for all targets in it.
    if (found.message === this.lastMessage) this.note(found);
    else this.result.problems.push(this.problem(found));
    this.lastMessage = found.message;
  }
}

/** What has the path, if anything; the directory for it must be there. Links at its end are not followed. */
export async function lookUp(volume: Volume, path: Path): Promise<VolumeStats | undefined> {
  try {
    return await volume.lstat(path);
  } catch (error) {
    if ((error as KdiskError).code !== 'ENOENT') throw error;
    await volume.stat(splitPath(path).parent);
    return undefined;
  }
}

/** A word that must be IMAGE:/path: a bare word would be the root of an image of that name. */
export function insideOnly(session: Session, word: string, command: string): Target {
  if (parseAddress(word).kind !== 'image')
    throw usageFailure(`"${word}" is not in an image; ${command} works inside one: IMAGE:/path`);
  return session.target(word);
}
