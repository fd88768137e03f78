// SPDX-License-Identifier: GPL-2.0-only
// What the functions of the host (calls-*.ts) have in common.
import {Errno, Refused} from './preview1.ts';

export type Argument = number | bigint;
/** Gives an error number of preview 1; nothing is 0. */
export type Call = (...args: never[]) => number | void;
export type Calls = Record<string, Call>;

/** PATH_MAX of Linux. */
export const LONGEST_PATH = 4096;

/** proc_exit: leaves the program through all of its frames. */
export class Exit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** A position or length: preview 1 has 64 bits, files have fewer. */
export function safeNumber(value: bigint): number {
  const number = Number(value);
  if (number < 0 || number > Number.MAX_SAFE_INTEGER) throw new Refused(Errno.INVAL);
  return number;
}
