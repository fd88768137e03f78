// SPDX-License-Identifier: GPL-2.0-only
// Times and permission bits as Node takes them, in the form the kernel wants.
import {argumentError} from './errors.ts';
import {UTIME_NOW, UTIME_OMIT} from './syscalls.ts';

/** Seconds since 1970 as a number or its text, or a Date. */
export type Time = number | string | Date;

/** Nanoseconds since 1970; 'now' is the clock of the kernel; undefined leaves what is there. */
export interface TimesNs {
  atimeNs?: bigint | 'now';
  mtimeNs?: bigint | 'now';
}

const NS = 1_000_000_000n;

function nanoseconds(time: Time): bigint {
  if (time instanceof Date && Number.isFinite(time.getTime())) return BigInt(time.getTime()) * 1_000_000n;
  const seconds = typeof time === 'string' && time.trim() !== '' ? Number(time) : time;
  // A number holds microseconds of our time and nothing finer.
  if (typeof seconds === 'number' && Number.isFinite(seconds)) return BigInt(Math.round(seconds * 1e6)) * 1000n;
  throw argumentError(`a time must be a Date or a number of seconds, not ${String(time)}`, 'ERR_INVALID_ARG_TYPE');
}

export function timesArgument(atime: Time, mtime: Time): TimesNs {
  return {atimeNs: nanoseconds(atime), mtimeNs: nanoseconds(mtime)};
}

/** Two struct timespec for utimensat(2). */
export function timespecs({atimeNs, mtimeNs}: TimesNs): Buffer {
  const bytes = Buffer.alloc(32);
  [atimeNs, mtimeNs].forEach((time, index) => {
    const ns = typeof time === 'bigint' ? ((time % NS) + NS) % NS : time === 'now' ? UTIME_NOW : UTIME_OMIT;
    if (typeof time === 'bigint') bytes.writeBigInt64LE((time - ns) / NS, index * 16);
    bytes.writeBigInt64LE(ns, index * 16 + 8);
  });
  return bytes;
}

/** Permission bits: a number, or octal digits as text. */
export function modeArgument(mode: number | string): number {
  const value = typeof mode === 'string' && /^[0-7]+$/.test(mode) ? Number.parseInt(mode, 8) : mode;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
  throw argumentError(`a mode must be a number or octal digits, not ${String(mode)}`);
}
