// SPDX-License-Identifier: GPL-2.0-only
// The errors of the library: one class, shaped like Node's own system errors, whether the kernel said no (a Linux
// errno) or kdisk itself did (a code of our own, listed below).
import {describeErrno} from './errno.ts';

/** Codes that no Linux errno expresses. */
export type OwnCode =
  /** The image, or the partition, holds no file system that we know. */
  | 'ERR_NO_FILE_SYSTEM'
  /** The selectors match nothing. */
  | 'ERR_NO_SUCH_VOLUME'
  /** More than one file system could be meant. */
  | 'ERR_AMBIGUOUS_VOLUME'
  /** We know what it is, but can't open it: LVM2, RAID member, ZFS, ... */
  | 'ERR_UNSUPPORTED'
  /** It is encrypted and there is no key. */
  | 'ERR_ENCRYPTED'
  /** It is damaged, or was never cleanly closed by a driver that cannot mend it: nothing is written to it. */
  | 'ERR_NEEDS_REPAIR'
  /** Closing a written image: the file system is not in the state in which a clean unmount leaves it. */
  | 'ERR_NOT_CLEAN'
  /** Closing a written image: its path no longer leads to the file that was opened. */
  | 'ERR_IMAGE_GONE'
  /** The kernel panicked; this process can't use it any more. Given by the addon. */
  | 'EKERNELDEAD'
  /** The kernel did not come up. */
  | 'ERR_KERNEL_BOOT'
  /** The one kernel of this process runs already, in another mode (OpenOptions.deterministic). */
  | 'ERR_KERNEL_MODE'
  /** Addon or kernel are not built. */
  | 'ERR_NOT_INSTALLED'
  /** One of the upstream programs (mke2fs, e2fsck, ...) is not built. */
  | 'ERR_TOOL_MISSING'
  /** One of them broke off: a bug, or too little memory. */
  | 'ERR_TOOL_TRAP'
  /** Not to be had that way: wrong options, or options that do not go together. */
  | 'ERR_USAGE'
  /** mkfs: something is there already. */
  | 'ERR_NOT_EMPTY'
  /** mkfs: what is to go into the file system does not fit. */
  | 'ERR_NO_ROOM'
  /** mkfs: the host has no files of that size. */
  | 'ERR_TOO_LARGE'
  /** mkfs: the type sees no difference between two names. */
  | 'ERR_NAME_CLASH'
  /** mkfs: a tar archive is damaged or cut off. */
  | 'ERR_ARCHIVE'
  /** One of the upstream programs ended with a failure; the message has its words. */
  | 'ERR_TOOL_FAILED'
  /** Used after close(). */
  | 'ERR_CLOSED';

export interface KdiskErrorOptions {
  /** Negative Linux errno, where there is one. */
  errno?: number;
  syscall?: string;
  path?: string | Uint8Array;
  /** The second path of a call that has two. */
  dest?: string | Uint8Array;
  /** What the kernel logged about the failure. */
  kernelLog?: string;
  cause?: unknown;
}

export class KdiskError extends Error {
  override name = 'KdiskError';
  code: string;
  declare errno?: number;
  declare syscall?: string;
  declare path?: string;
  declare dest?: string;
  declare kernelLog?: string;

  constructor(code: OwnCode | (string & {}), message: string, options: KdiskErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause});
    this.code = code;
    if (options.errno !== undefined) this.errno = options.errno;
    if (options.syscall !== undefined) this.syscall = options.syscall;
    if (options.path !== undefined) this.path = printablePath(options.path);
    if (options.dest !== undefined) this.dest = printablePath(options.dest);
    if (options.kernelLog) this.kernelLog = options.kernelLog;
  }
}

function printablePath(path: string | Uint8Array): string {
  return typeof path === 'string' ? path : Buffer.from(path.buffer, path.byteOffset, path.byteLength).toString();
}

/**
 * The error of a system call that returned a negative errno: "ENOENT: no such file or directory, open '/x'", with two
 * paths "..., rename '/x' -> '/y'".
 * @param more.note what to do about it, behind the rest
 */
export function systemError(
  errno: number,
  syscall: string,
  path?: string | Uint8Array,
  more: {dest?: string | Uint8Array; kernelLog?: string; note?: string; cause?: unknown} = {},
): KdiskError {
  const {code, text} = describeErrno(errno);
  const where = path === undefined ? '' : ` '${printablePath(path)}'`;
  const to = more.dest === undefined ? '' : ` -> '${printablePath(more.dest)}'`;
  const {note, ...options} = more;
  return new KdiskError(code, `${code}: ${text}, ${syscall}${where}${to}${note ? `: ${note}` : ''}`, {
    errno: -Math.abs(errno),
    syscall,
    ...(path === undefined ? {} : {path}),
    ...options,
  });
}

/** As Node rejects when an AbortSignal fires. */
export class AbortError extends Error {
  override name = 'AbortError';
  readonly code = 'ABORT_ERR';

  constructor(signal: AbortSignal) {
    super('The operation was aborted', {cause: signal.reason});
  }
}

export function throwIfAborted(signal: AbortSignal | null | undefined): void {
  if (signal?.aborted) throw new AbortError(signal);
}

/** An argument of the wrong type, or with a value that it cannot have. */
export function argumentError(message: string, code = 'ERR_INVALID_ARG_VALUE'): TypeError {
  return Object.assign(new TypeError(message), {code});
}

/** Use of something that was closed. */
export function closedError(what: string): KdiskError {
  return new KdiskError('ERR_CLOSED', `${what} is closed`);
}
