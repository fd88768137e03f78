// SPDX-License-Identifier: GPL-2.0-only
// Numbers of WASI preview 1 (the "wasi_snapshot_preview1" witx): error numbers, file types, flags and rights.
import {describeErrno} from '../errno.ts';

/** In the order of their numbers, without the E. */
const NAMES =
  `SUCCESS 2BIG ACCES ADDRINUSE ADDRNOTAVAIL AFNOSUPPORT AGAIN ALREADY BADF BADMSG BUSY CANCELED CHILD CONNABORTED
  CONNREFUSED CONNRESET DEADLK DESTADDRREQ DOM DQUOT EXIST FAULT FBIG HOSTUNREACH IDRM ILSEQ INPROGRESS INTR INVAL IO
  ISCONN ISDIR LOOP MFILE MLINK MSGSIZE MULTIHOP NAMETOOLONG NETDOWN NETRESET NETUNREACH NFILE NOBUFS NODEV NOENT NOEXEC
  NOLCK NOLINK NOMEM NOMSG NOPROTOOPT NOSPC NOSYS NOTCONN NOTDIR NOTEMPTY NOTRECOVERABLE NOTSOCK NOTSUP NOTTY NXIO
  OVERFLOW OWNERDEAD PERM PIPE PROTO PROTONOSUPPORT PROTOTYPE RANGE ROFS SPIPE SRCH STALE TIMEDOUT TXTBSY XDEV
  NOTCAPABLE`.split(/\s+/);

/** Those that the host gives by itself. */
export const Errno = {
  SUCCESS: 0,
  ACCES: 2,
  BADF: 8,
  EXIST: 20,
  FAULT: 21,
  FBIG: 22,
  INVAL: 28,
  IO: 29,
  ISDIR: 31,
  LOOP: 32,
  MFILE: 33,
  NAMETOOLONG: 37,
  NOENT: 44,
  NOSPC: 51,
  NOSYS: 52,
  NOTDIR: 54,
  NOTEMPTY: 55,
  NOTSUP: 58,
  NOTTY: 59,
  ROFS: 69,
  SPIPE: 70,
  NOTCAPABLE: 76,
} as const;

/** Of a code as Node gives it ("ENOSPC"); EIO for one that preview 1 does not know. */
export function errnoOfCode(code: string): number {
  const number = NAMES.indexOf(code === 'EOPNOTSUPP' ? 'NOTSUP' : code.replace(/^E/, ''));
  return number > 0 ? number : Errno.IO;
}

/** Of an errno of Linux, positive or negative. */
export function errnoOfLinux(errno: number): number {
  return errnoOfCode(describeErrno(errno).code);
}

/** A call that gives an error number to the program inside; never seen outside of the host. */
export class Refused extends Error {
  readonly errno: number;

  constructor(errno: number) {
    super(`preview1 errno ${errno} (${NAMES[errno] ?? 'unknown'})`);
    this.errno = errno;
  }
}

/** filetype */
export const FileType = {
  UNKNOWN: 0,
  BLOCK_DEVICE: 1,
  CHARACTER_DEVICE: 2,
  DIRECTORY: 3,
  REGULAR_FILE: 4,
  SYMBOLIC_LINK: 7,
} as const;

/** fdflags */
export const FdFlags = {APPEND: 1, DSYNC: 2, NONBLOCK: 4, RSYNC: 8, SYNC: 16} as const;

/** oflags */
export const OpenFlags = {CREAT: 1, DIRECTORY: 2, EXCL: 4, TRUNC: 8} as const;

/** lookupflags */
export const FOLLOW = 1;

/** rights: those that say how a descriptor was opened, and those that make a character device a terminal. */
export const Rights = {
  READ: 1n << 1n,
  SEEK: 1n << 2n,
  TELL: 1n << 5n,
  WRITE: 1n << 6n,
  READDIR: 1n << 14n,
  ALL: (1n << 30n) - 1n,
} as const;

/** fstflags */
export const SetTimes = {ATIM: 1, ATIM_NOW: 2, MTIM: 4, MTIM_NOW: 8} as const;

/** whence */
export const Whence = {SET: 0, CUR: 1, END: 2} as const;

/** clockid */
export const Clock = {REALTIME: 0, MONOTONIC: 1, PROCESS: 2, THREAD: 3} as const;

/** eventtype, and the flag of a clock's subscription that its time is absolute */
export const EventType = {CLOCK: 0, FD_READ: 1, FD_WRITE: 2} as const;
export const ABSOLUTE_TIME = 1;
