// SPDX-License-Identifier: GPL-2.0-only
// A case of behaviour: a body that holds for node:fs/promises on a directory of the host, and for a volume.
import {constants} from 'node:os';
import type {createReadStream, createWriteStream} from 'node:fs';
import type * as promises from 'node:fs/promises';
import {expect} from 'vitest';

/** What both have. */
export type Files = typeof promises & {
  createReadStream: typeof createReadStream;
  createWriteStream: typeof createWriteStream;
};

export interface Case {
  name: string;
  /** Needs links, owners, permissions, or names of any bytes: what vfat has not. */
  posix?: true;
  /** node:fs needs root for it. */
  root?: true;
  /** @param at path of a name in a fresh directory; '' is the directory */
  body: (fs: Files, at: (name?: string) => string) => Promise<void>;
}

export function group(prefix: string, cases: Case[]): Case[] {
  return cases.map((one) => ({...one, name: `${prefix}: ${one.name}`}));
}

/** The call fails as a system call does in Node. */
export async function fails(
  promise: Promise<unknown>,
  code: keyof typeof constants.errno,
  syscall: string,
  path?: string | Buffer,
  dest?: string,
): Promise<void> {
  const error = await promise.then(
    (value) => Promise.reject(new Error(`resolved with ${String(value)} instead of ${code}`)),
    (caught: NodeJS.ErrnoException & {dest?: string}) => caught,
  );
  expect(error).toBeInstanceOf(Error);
  const {errno} = error;
  const told = {code: error.code, errno, syscall: error.syscall, path: String(error.path), dest: error.dest};
  expect(told, error.message).toEqual({code, errno: -constants.errno[code], syscall, path: String(path), dest});
  const paths = (path === undefined ? '' : ` '${String(path)}'`) + (dest === undefined ? '' : ` -> '${dest}'`);
  expect(error.message.startsWith(`${code}: `)).toBe(true);
  expect(error.message).toContain(`, ${syscall}${paths}`);
}

/** The call is refused before anything is done. */
export async function refuses(call: () => Promise<unknown>, code: string): Promise<void> {
  await expect((async () => call())()).rejects.toMatchObject({code});
}

export async function aborts(promise: Promise<unknown>): Promise<void> {
  await expect(promise).rejects.toMatchObject({name: 'AbortError', code: 'ABORT_ERR'});
}
