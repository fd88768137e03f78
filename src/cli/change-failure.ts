// SPDX-License-Identifier: GPL-2.0-only
// Why a change inside an image failed, in the words of the user's address; and the refusals that need no kernel.
import {KdiskError} from '../errors.ts';
import {printable} from '../format/name.ts';
import {addressOf, type PathTarget} from './address.ts';
import {EXIT, failure, Failure, targetFailure} from './failure.ts';
import {sameBytes} from './path.ts';

/** What to do about it, and an exit code where that of the errno is about the host. */
const NEXT: Record<string, {text: string; exit?: number}> = {
  ENOSPC: {text: 'no space is left in its file system; "kdisk df" shows how much there was'},
  EDQUOT: {text: 'the quota of its file system is used up'},
  EROFS: {text: 'its file system went read-only after an error; it needs repair', exit: EXIT.unreadable},
  EPERM: {text: 'not permitted; it may be immutable, or its file system may not have such a thing', exit: EXIT.partly},
  EOPNOTSUPP: {text: 'its file system does not have such a thing'},
  EMLINK: {text: 'it has as many links as its file system allows', exit: EXIT.partly},
  EFBIG: {text: 'larger than its file system allows', exit: EXIT.partly},
  EEXIST: {text: 'it exists already', exit: EXIT.partly},
  ENOTEMPTY: {text: 'the directory is not empty', exit: EXIT.partly},
  EXDEV: {text: 'it would have to go to another part of the file system (subvolume or project)', exit: EXIT.partly},
};

/** A failure with a target, or with the path that the error names, above or below it. */
export function changeFailure(error: unknown, target: PathTarget): Failure {
  if (!(error instanceof KdiskError) || error.errno === undefined) return failure(error, target.word);
  // What a symbolic link holds is no path that failed.
  const path = error.syscall === 'symlink' ? undefined : error.path;
  const itself = path === undefined || sameBytes(path, Buffer.from(target.path as string).toString());
  const word = itself ? target.word : addressOf(target, path).toString();
  const next = NEXT[error.code];
  if (!next) return itself ? targetFailure(error, target) : failure(error, word);
  const exit = next.exit ?? failure(error).exitCode;
  return new Failure(`${printable(word)}: ${next.text}`, exit, error.code, {cause: error});
}

/** Not done, for a reason that is in the image. */
export function refusal(target: PathTarget, why: string, code: string, exit: number = EXIT.partly): Failure {
  return new Failure(`${printable(target.word)}${why}`, exit, code);
}

/** The root has no name that could be taken away, and "." and ".." would take another directory than they show. */
export function namelessFailure(target: PathTarget): Failure {
  const what =
    target.path.length === 1 ? ' is the root of its file system' : ' has no name of its own at its end (".", "..")';
  return refusal(target, what, 'EINVAL', EXIT.usage);
}
