// SPDX-License-Identifier: GPL-2.0-only
// System calls with errors made of their results: what volume, directory and file handle are built on.
import type {Binding, SyscallArgument} from './binding.ts';
import {argumentError, closedError, systemError} from './errors.ts';
import {NR, O_CLOEXEC, O_LARGEFILE} from './syscalls.ts';

export type Path = string | Buffer;

/** The kernel's own root instead of a volume's. */
export const OWN_ROOT = -1;

/** A path as the addon wants it: strings as they are, bytes with their own NUL. */
export function pathArgument(path: Path): string | Buffer {
  if (typeof path !== 'string' && !((path as unknown) instanceof Uint8Array))
    throw argumentError(`a path must be a string or a Buffer, not ${typeof path}`, 'ERR_INVALID_ARG_TYPE');
  if (typeof path === 'string' ? path.includes('\0') : path.includes(0))
    throw argumentError('a path cannot hold a NUL byte');
  return typeof path === 'string' ? path : Buffer.concat([path, Buffer.alloc(1)]);
}

/** Calls as a process whose root directory is that of a volume would make them, until the volume is closed. */
export class Caller {
  private readonly descriptors = new Set<number>();
  private ended = false;

  constructor(
    readonly addon: Binding,
    private readonly directory: number,
  ) {}

  /** Descriptor of the volume's root. Once closed, its number may be another volume's: it is not given then. */
  get root(): number {
    if (this.ended) throw closedError('the volume');
    return this.directory;
  }

  /** The bare result, negative for an error. */
  async syscall(nr: number, ...args: SyscallArgument[]): Promise<number> {
    return this.addon.syscall(this.root, nr, ...args);
  }

  /** The result; a negative one is thrown as Node would: `name` is the call in the words of fs ("open"). */
  async call(name: string, path: Path | undefined, nr: number, ...args: SyscallArgument[]): Promise<number> {
    const result = await this.syscall(nr, ...args);
    if (result < 0) throw systemError(result, name, path);
    return result;
  }

  /** The same for a call with two paths. */
  async call2(name: string, path: Path, dest: Path, nr: number, ...args: SyscallArgument[]): Promise<number> {
    const result = await this.syscall(nr, ...args);
    if (result < 0) throw systemError(result, name, path, {dest});
    return result;
  }

  /** openat(2) with the bare result; what is not released by then is closed with the volume. */
  async open(directory: number, path: Path, flags: number, mode = 0): Promise<number> {
    const fd = await this.syscall(NR.openat, directory, pathArgument(path), flags | O_CLOEXEC | O_LARGEFILE, mode);
    if (fd < 0) return fd;
    this.descriptors.add(fd);
    if (this.ended) {
      await this.release(fd);
      throw closedError('the volume');
    }
    return fd;
  }

  /** close(2) with the bare result; 0 for what is closed already. */
  async release(fd: number): Promise<number> {
    return this.descriptors.delete(fd) ? this.addon.syscall(OWN_ROOT, NR.close, fd) : 0;
  }

  /** Closes everything, the root at last. */
  async end(): Promise<void> {
    this.ended = true;
    await Promise.all([...this.descriptors].map((fd) => this.release(fd)));
    await this.addon.syscall(OWN_ROOT, NR.close, this.directory);
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
