// SPDX-License-Identifier: GPL-2.0-only
// Errors as the commands report them: one line with the problem, the evidence and what to do next, and an exit code.
import {dirname} from 'node:path';
import type {Path} from '../caller.ts';
import {AddressError} from '../image-path.ts';
import {describeErrno} from '../errno.ts';
import {KdiskError} from '../errors.ts';
import {printable} from '../format/name.ts';
import {sentenceSize} from '../format/size.ts';
import {repairAdvice} from '../mount-options.ts';
import {tellingLine} from './kernel-log.ts';
import {writing} from './writing.ts';

export const EXIT = {
  ok: 0,
  partly: 1,
  usage: 2,
  notFound: 3,
  /** The image needs repair, or a key. */
  unreadable: 4,
  busy: 5,
  unsupported: 6,
  /** Input and output of the host, lack of space or memory there, no permission. */
  host: 7,
} as const;

const CODES: [number, string[]][] = [
  [EXIT.usage, ['ERR_AMBIGUOUS_VOLUME', 'EISDIR', 'ERR_USAGE']],
  [EXIT.notFound, ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ERR_NO_SUCH_VOLUME']],
  [
    EXIT.unreadable,
    [
      'EUCLEAN',
      'EBADMSG',
      'EIO',
      'ENOKEY',
      'EKEYEXPIRED',
      'EKEYREJECTED',
      'ERR_ENCRYPTED',
      'ERR_NEEDS_REPAIR',
      'ERR_NOT_CLEAN',
      'ERR_REDO_DAMAGED',
      'ERR_REDO_MISMATCH',
      'EKERNELDEAD',
    ],
  ],
  [EXIT.busy, ['EBUSY', 'ETXTBSY', 'EAGAIN', 'ESTALE']],
  [EXIT.unsupported, ['ERR_UNSUPPORTED', 'ERR_NO_FILE_SYSTEM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'ENODEV', 'ENOPKG']],
  [
    EXIT.host,
    [
      'ENOSPC',
      'EDQUOT',
      'EROFS',
      'EACCES',
      'EPERM',
      'EMFILE',
      'ENFILE',
      'ENOMEM',
      'EFBIG',
      'EEXIST',
      'ERR_NOT_INSTALLED',
      'ERR_KERNEL_BOOT',
      'ERR_NO_REDO',
    ],
  ],
];

/** What went wrong with one target, ready to print. */
export class Failure extends Error {
  override name = 'Failure';
  constructor(
    /** One line. */
    message: string,
    readonly exitCode: number,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A wrong command line. */
export function usageFailure(message: string): Failure {
  return new Failure(message, EXIT.usage, 'ERR_USAGE');
}

interface CodedError extends Error {
  code?: string;
  errno?: number;
}

function exitCodeOf(code: string): number {
  return CODES.find(([, codes]) => codes.includes(code))?.[0] ?? EXIT.partly;
}

/** The sentence of an error number: ours for Linux codes, the host's own words else. */
function sentence(error: CodedError): string {
  const words = error instanceof KdiskError && error.errno !== undefined ? describeErrno(error.errno).text : undefined;
  return (
    words ??
    error.message
      .replace(/^E[A-Z0-9]+: /, '')
      .replace(/, \w+( '.*')?$/, '')
      .split('\n')[0]!
  );
}

const NEXT: Record<string, string> = {
  EUCLEAN: 'the file system needs repair',
  EBADMSG: 'a checksum does not match: the file system needs repair',
  EIO: 'the image may be cut short or damaged',
  ENOKEY: 'it is encrypted and there is no key',
  ENOMEM: 'more memory may help: --memory 256M',
};

/** Failure of something done to `subject`, an address as the user would write it. */
export function failure(error: unknown, subject?: string): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof AddressError) return usageFailure(error.message);
  const coded = error as CodedError;
  const code = coded.code ?? 'ERR_INTERNAL';
  if (code === 'EKERNELDEAD') return deadKernel(coded, subject);
  const prefix = subject === undefined ? '' : `${printable(subject)}: `;
  // Errors of our own are whole sentences with the image in them.
  if (code.startsWith('ERR_') && coded instanceof KdiskError)
    return new Failure(printable(coded.message), exitCodeOf(code), code, {cause: error});
  const next = NEXT[code];
  const detail = next && !sentence(coded).includes(next) ? `; ${next}` : '';
  return new Failure(`${prefix}${printable(sentence(coded))}${detail}`, exitCodeOf(code), code, {cause: error});
}

function deadKernel(error: CodedError, subject: string | undefined): Failure {
  const prefix = subject === undefined ? '' : `${printable(subject)}: `;
  // The addon quotes the line of the panic; what came before it in the log may be of no concern.
  const said = /the kernel says: (.*)/.exec(error.message)?.[1] ?? tellingLine((error as KdiskError).kernelLog);
  const evidence = said ? ` (the kernel says: ${printable(said)})` : '';
  const next =
    writing.size > 0
      ? 'it was not unmounted: what was written last is lost, and its journal will be replayed at the next mount'
      : 'your file was not touched; try --as-is, or --verbose for the log';
  const message = `${prefix}the kernel's driver crashed on this image${evidence}; ${next}`;
  return new Failure(message, EXIT.unreadable, 'EKERNELDEAD', {cause: error});
}

const FEATURES = /unsupported|unknown|not supported|incompat|unrecogni[sz]ed|too (?:new|large)|feature/i;

/** Function and line that some drivers put before their words. */
const CALLER = /\b\w+:\d+: /;

const JOURNAL = /journal|\blog\b|recover|replay|roll/i;

interface Mounted {
  content: {type: string; devices?: number; size?: number};
  /** Bytes that are there for it. */
  size: bigint;
}

/** A sentence about a file system that says that it is larger than its place. */
function cutShort({content, size}: Mounted): string | undefined {
  if ((content.size ?? 0) <= size) return undefined;
  const wanted = BigInt(content.size!);
  const [all, there] = [sentenceSize(wanted), sentenceSize(size)];
  const missing =
    all === there ? `${wanted - size} bytes of ${wanted} are missing` : `${all} of file system in ${there}`;
  return `it is cut short: ${missing}; copy it again, in full`;
}

/** The same of one that the kernel mounts all the same; undefined when all of it is there. */
export function cutShortFailure(place: string, mounted: Mounted): Failure | undefined {
  const short = cutShort(mounted);
  if (!short) return undefined;
  const message = `${printable(place)}: not all of this ${mounted.content.type} can be read: ${short}`;
  return new Failure(message, EXIT.unreadable, 'ERR_CUT_SHORT');
}

/** Failure of a mount: the errno says little, the log more. */
export function mountFailure(
  error: unknown,
  place: string,
  {content, size}: Mounted,
  asIs: boolean,
  write = false,
): Failure {
  if (!(error instanceof KdiskError) || error.syscall !== 'mount') return failure(error, place);
  const said = tellingLine(error.kernelLog);
  const evidence = said ? `; the kernel says: ${printable(said)}` : ` (${sentence(error)})`;
  const start = `${printable(place)}: this ${content.type} cannot be mounted${write ? ' for writing' : ''}${evidence}`;
  const give = (next: string, exit: number) => new Failure(`${start}; ${next}`, exit, error.code, {cause: error});
  if ((content.devices ?? 1) > 1)
    return give(`it is spread over ${content.devices} devices, which is not supported yet`, EXIT.unsupported);
  const short = cutShort({content, size});
  if (short) return give(short, EXIT.unreadable);
  if (error.code === 'EBUSY')
    return give('another file system that overlaps it is in use; name one at a time', EXIT.busy);
  if (error.code === 'ENOMEM') return give('more memory may help: --memory 256M', EXIT.host);
  if (write && ['EROFS', 'EACCES'].includes(error.code)) return give('it can only be read', EXIT.unsupported);
  if (error.code === 'EROFS' && asIs)
    return give('it wants to write first: leave out --as-is (the image stays untouched)', EXIT.unreadable);
  const unsupported =
    ['EOPNOTSUPP', 'ENODEV', 'ENOSYS'].includes(error.code) || (error.code === 'EINVAL' && FEATURES.test(said ?? ''));
  if (unsupported)
    return give('it uses something that this kernel does not support; a newer kdisk may', EXIT.unsupported);
  const hint =
    !asIs && !write && JOURNAL.test((said ?? '').replace(CALLER, ''))
      ? '; --as-is shows it without replaying its journal'
      : '';
  const advice = repairAdvice(content.type, printable(place));
  return give(`it needs repair${advice ? ` (${advice})` : ''}${hint}`, EXIT.unreadable);
}

/** Failure of something done to a file inside an image; one that is not there leads to the directory that should have it. */
export function targetFailure(error: unknown, {word, path}: {word: string; path: Path}): Failure {
  const found = failure(error, word);
  if (typeof path !== 'string') return found;
  const inside = error instanceof KdiskError && error.errno !== undefined && error.path === path;
  if (!inside || !['ENOENT', 'ENOTDIR'].includes(found.code) || path === '/' || !word.endsWith(path)) return found;
  const parent = `${word.slice(0, -path.length)}${dirname(path)}`;
  // What a shell would take apart is not offered for pasting.
  if (/[^\w@%+=:,./-]/.test(parent)) return found;
  return new Failure(`${found.message}; see "kdisk ls ${parent}"`, found.exitCode, found.code, {cause: error});
}

/** The exit code of a command that went on after failures. */
export function combinedExit(failures: Failure[], succeeded: number): number {
  if (failures.length === 0) return EXIT.ok;
  const first = failures[0]!.exitCode;
  return succeeded === 0 && failures.every(({exitCode}) => exitCode === first) ? first : EXIT.partly;
}
