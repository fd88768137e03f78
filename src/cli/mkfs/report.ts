// SPDX-License-Identifier: GPL-2.0-only
// What `kdisk mkfs` says in the end: a line, or the value of --json; and its failures with their exit codes.
import {KdiskError} from '../../errors.ts';
import {printable} from '../../format/name.ts';
import {sentenceSize} from '../../format/size.ts';
import {formatAddress} from '../../image-path.ts';
import type {MkfsResult} from '../../mkfs.ts';
import type {CopyProgress} from '../../copy.ts';
import type {JsonProblem} from '../../base-command.ts';
import {copyFailure, countsOf, lossFailure, summary, type JsonCopyLoss, type JsonCopyProblem} from '../copy-report.ts';
import type {Reporter} from '../copy-reporter.ts';
import {EXIT, failure, Failure} from '../failure.ts';
import {imageFailure} from '../image-failure.ts';

export interface MkfsJson {
  image: string;
  /** Where it was made: "@p1", "@disk" for the image as a whole. */
  selector: string;
  type: string;
  /** Bytes. */
  size: bigint;
  label?: string;
  uuid?: string;
  /** The image was not there before. */
  created: boolean;
  /** Nothing was written: --dry-run. */
  dryRun: boolean;
  /** The program of the upstream project, and its arguments. */
  tool: string;
  arguments: string[];
  /** Bytes that are free for users, after the copy. */
  free?: bigint;
  /** Of what was copied. */
  copied?: CopyProgress;
  problems: (JsonProblem | JsonCopyProblem)[];
  lost: JsonCopyLoss[];
}

export const selectorOf = (partition: number | undefined) => (partition === undefined ? '@disk' : `@p${partition}`);

export function addressOf({path, partition}: Pick<MkfsResult, 'path' | 'partition'>): string {
  return partition === undefined ? path : formatAddress(path, [{kind: 'partition', number: partition}]);
}

/** "disk.img: ext4 "root", 1 GiB, UUID ...; 3 files, 1 directory, 2.5 MiB copied" */
export function line(made: MkfsResult, dryRun: boolean): string {
  const {type, size, label, uuid, copied, tool} = made;
  const parts = [
    type + (label ? ` "${printable(label)}"` : ''),
    ...(size > 0n ? [sentenceSize(size)] : []),
    ...(uuid ? [`UUID ${uuid}`] : []),
  ];
  const what = `${printable(addressOf(made))}: ${dryRun ? 'would hold ' : ''}${parts.join(', ')}`;
  if (dryRun) return `${what}; by ${[tool, ...made.arguments].map((word) => quoted(word)).join(' ')}`;
  return copied ? `${what}; ${summary(countsOf(copied))} copied` : what;
}

const quoted = (word: string) => (/^[\w@%+=:,./^-]+$/.test(word) ? word : `'${printable(word).replaceAll("'", `'\\''`)}'`);

/** What was copied not at all, or not with all that it had. */
export function reportCopy(made: MkfsResult, plain: boolean, reporter: Reporter): void {
  const {copied, archiveProblems} = made;
  const around = {
    address: (path: Buffer) => path.toString().replaceAll('/./', '/'),
    toHost: false,
    full: `${made.path} is full`,
    manifest: false,
  };
  for (const problem of copied?.problems ?? []) reporter.problem(copyFailure(problem, around), problem.path);
  for (const loss of copied?.lost ?? []) {
    // Types without modes are no news to who asks for one of them.
    if (!(plain && loss.what === 'mode')) reporter.loss(lossFailure(loss, around), loss);
  }
  for (const {name, message} of archiveProblems)
    reporter.problem(new Failure(`${printable(name.toString())}: ${message}`, EXIT.partly, 'EINVAL'), name);
}

const CODES: Record<string, number> = {
  ERR_NOT_EMPTY: EXIT.usage,
  ERR_TOOL_FAILED: EXIT.usage,
  ERR_NAME_CLASH: EXIT.usage,
  ERR_ARCHIVE: EXIT.partly,
  ERR_NO_ROOM: EXIT.host,
  ERR_TOO_LARGE: EXIT.host,
  ERR_TOOL_MISSING: EXIT.unsupported,
  ERR_TOOL_TRAP: EXIT.host,
};

/**
 * Failures of the library in the words of the command.
 * @param spoilt what was in the image is gone
 */
export function mkfsFailure(error: unknown, image: string, from: string | undefined, spoilt: boolean): Failure {
  const found = inWords(error, image, from);
  if (!spoilt) return found;
  const message = `${found.message}; ${printable(image)} holds no usable file system now`;
  return new Failure(message, found.exitCode, found.code, {cause: error});
}

function inWords(error: unknown, image: string, from: string | undefined): Failure {
  if (error instanceof Failure || !(error instanceof Error)) return failure(error);
  const {code = '', path, message} = error as NodeJS.ErrnoException;
  if (code in CODES) return new Failure(printable(message), CODES[code]!, code, {cause: error});
  if (error instanceof KdiskError && code.startsWith('ERR_')) return failure(error);
  if (path !== undefined && path === from) return failure(error, from);
  if (path === image && ['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EISDIR', 'EFBIG', 'EIO'].includes(code))
    return code === 'ENOENT' ? new Failure(noPlace(image), EXIT.notFound, code, {cause: error}) : imageFailure(error, image, true);
  return failure(error, image);
}

function noPlace(image: string): string {
  return `${printable(image)}: there is no such image, and no directory to make it in`;
}
