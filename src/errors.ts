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
  declare kernelLog?: string;

  constructor(code: OwnCode | (string & {}), message: string, options: KdiskErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause});
    this.code = code;
    if (options.errno !== undefined) this.errno = options.errno;
    if (options.syscall !== undefined) this.syscall = options.syscall;
    if (options.path !== undefined) this.path = printablePath(options.path);
    if (options.kernelLog) this.kernelLog = options.kernelLog;
  }
}

function printablePath(path: string | Uint8Array): string {
  return typeof path === 'string' ? path : Buffer.from(path.buffer, path.byteOffset, path.byteLength).toString();
}

/** The error of a system call that returned a negative errno: "ENOENT: no such file or directory, open '/x'". */
export function systemError(
  errno: number,
  syscall: string,
  path?: string | Uint8Array,
  kernelLog?: string,
): KdiskError {
  const {code, text} = describeErrno(errno);
  const where = path === undefined ? '' : ` '${printablePath(path)}'`;
  return new KdiskError(code, `${code}: ${text}, ${syscall}${where}`, {
    errno: -Math.abs(errno),
    syscall,
    ...(path === undefined ? {} : {path}),
    ...(kernelLog ? {kernelLog} : {}),
  });
}

/** Use of something that was closed. */
export function closedError(what: string): KdiskError {
  return new KdiskError('ERR_CLOSED', `${what} is closed`);
}
