// SPDX-License-Identifier: GPL-2.0-only
// What `label` and `uuid` share: they print a name of a file system, or give it another one.
import {BaseCommand} from '../base-command.ts';
import {printable} from '../format/name.ts';
import type {ChangeOptions, NameResult} from '../label.ts';
import {EXIT, failure, Failure, usageFailure} from './failure.ts';
import {imageFailure} from './image-failure.ts';
import {interruptible} from './interruption.ts';
import {writeOut} from './output.ts';

/** Output of --json. */
export interface NameJson {
  image: string;
  selector: string;
  type: string;
  /** Null for none. */
  before: string | null;
  value: string | null;
  written: boolean;
}

export abstract class NameCommand extends BaseCommand {
  static override bootsEarly = false;

  /** The changes are being written: not to be stopped. */
  private committing = false;

  /**
   * @param word IMAGE[@pN]
   * @param image value of --image
   * @param work with the host path of the image
   */
  protected async name(
    word: string | undefined,
    image: string | undefined,
    write: boolean,
    work: (path: string, options: ChangeOptions) => Promise<NameResult>,
  ): Promise<NameJson> {
    const target = this.session({image}).image(word);
    if (target.path !== '/')
      throw usageFailure(`"${target.word}" names a file; ${this.id} is for a whole file system: IMAGE[@pN]`);
    const path = printable(target.image);
    const held = () => (this.committing ? `${path} is being written, which cannot be stopped half-way` : undefined);
    const options: ChangeOptions = {
      selectors: target.selectors,
      signal: this.signal,
      onCommit: () => (this.committing = true),
    };
    const found = await interruptible(
      () => `${path} is as it was`,
      () =>
        work(target.image, options).catch((error: unknown) => Promise.reject(nameFailure(error, target.image, write))),
      {held},
    );
    const {value = null, before = null, ...rest} = found;
    if (!write && !this.jsonEnabled() && value !== null) await writeOut(`${printable(value)}\n`);
    return {...rest, before, value};
  }
}

function nameFailure(error: unknown, image: string, write: boolean): Failure {
  const {code = '', syscall} = error as {code?: string; syscall?: string};
  if ((error as Error).name === 'AbortError') return new Failure('interrupted', EXIT.host, 'ABORT_ERR');
  return code.startsWith('ERR_') || syscall === undefined ? failure(error, image) : imageFailure(error, image, write);
}
