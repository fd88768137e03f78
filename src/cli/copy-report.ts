// SPDX-License-Identifier: GPL-2.0-only
// What a copy left out or could not do, in words, and what it did, in a line.
import {describeErrno} from '../errno.ts';
import type {CopyProblem, CopyProgress} from '../binding.ts';
import {systemError} from '../errors.ts';
import {jsonName, printable} from '../format/name.ts';
import {sentenceSize} from '../format/size.ts';
import {EXIT, failure, Failure} from './failure.ts';
import type {Target} from './session.ts';

export interface JsonCopyProblem {
  code: string;
  message: string;
  /** Inside the image. */
  path: string;
  pathBase64?: string;
}

/** The address of a path of the same volume. */
function addressOf(target: Target, path: Buffer): string {
  const start = target.word.endsWith(target.path) ? target.word.slice(0, -target.path.length) : `${target.word}:`;
  return start + path.toString();
}

const DOING: Record<string, string> = {
  open: 'create',
  mkdir: 'create',
  symlink: 'create',
  chmod: 'set the mode of',
  utimes: 'set the times of',
};

export function copyFailure(problem: CopyProblem, source: Target): Failure {
  const where = addressOf(source, problem.path);
  const {code, text} = describeErrno(problem.errno);
  if (problem.step === 'special')
    return new Failure(
      `${printable(where)}: left out, a device, fifo or socket that cannot be made here: ${text}`,
      EXIT.partly,
      code,
    );
  if (problem.side === 'image') return failure(systemError(-problem.errno, problem.step), where);
  return new Failure(
    `cannot ${DOING[problem.step] ?? problem.step} the copy of ${printable(where)}: ${text}`,
    EXIT.host,
    code,
  );
}

export function jsonProblem(found: Failure, path: Buffer): JsonCopyProblem {
  return {code: found.code, message: found.message, ...jsonName('path', path)};
}

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** "3 files, 1 directory, 2.5 MiB" */
export function summary({files, directories, links, bytes}: CopyProgress): string {
  const parts = [
    plural(files, 'file', 'files'),
    directories > 0 ? plural(directories, 'directory', 'directories') : '',
    links > 0 ? plural(links, 'link', 'links') : '',
    sentenceSize(BigInt(bytes)),
  ];
  return parts.filter(Boolean).join(', ');
}
