// SPDX-License-Identifier: GPL-2.0-only
// System calls with errors made of their results: what volume, directory and file handle are built on.
import type {Binding, SyscallArgument} from './binding.ts';
import {systemError} from './errors.ts';

export type Path = string | Buffer;

/** A path as the addon wants it: strings as they are, bytes with their own NUL. */
export function pathArgument(path: Path): string | Buffer {
  if (typeof path === 'string' ? path.includes('\0') : path.includes(0)) {
    throw Object.assign(new TypeError('a path cannot hold a NUL byte'), {code: 'ERR_INVALID_ARG_VALUE'});
  }
  return typeof path === 'string' ? path : Buffer.concat([path, Buffer.alloc(1)]);
}

/** Calls as a process whose root directory is the descriptor `root` would make them. */
export class Caller {
  constructor(
    readonly addon: Binding,
    readonly root: number,
  ) {}

  /** The result; a negative one is thrown as Node would: `name` is the call in the words of fs ("open"). */
  async call(name: string, path: Path | undefined, nr: number, ...args: SyscallArgument[]): Promise<number> {
    const result = await this.addon.syscall(this.root, nr, ...args);
    if (result < 0) throw systemError(result, name, path);
    return result;
  }

  /** Binding.readOnce with errors as above. */
  async readOnce(path: Path, fd: number, target: Uint8Array, position: number): Promise<number> {
    const result = await this.addon.readOnce(this.root, fd, target, position);
    if (result < 0) throw systemError(result, 'read', path);
    return result;
  }
}

/** What the kernel logs while something is done, for the error if it fails. */
export function logWatch(addon: Binding): () => string {
  const before = addon.kernelLog();
  return () => {
    const after = addon.kernelLog();
    return (after.startsWith(before) ? after.slice(before.length) : after).trim();
  };
}
