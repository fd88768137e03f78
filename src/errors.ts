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
  /** Addon or kernel are not built. */
  | 'ERR_NOT_INSTALLED'
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
