// SPDX-License-Identifier: GPL-2.0-only
// A disk of the addon as a sandboxed program sees it: a regular file of a fixed size.
import type {FileNode, Stat} from './nodes.ts';
import {Errno, errnoOfLinux, FileType, Refused} from './preview1.ts';

/** The addon's synchronous calls (addon/index.d.ts): bytes, or a negative errno of Linux. */
export interface DiskCalls {
  diskRead(handle: number, offset: bigint | number, target: Uint8Array): number;
  diskWrite(handle: number, offset: bigint | number, source: Uint8Array): number;
  diskDiscard(handle: number, offset: bigint | number, length: bigint | number): number;
  diskFlush(handle: number): number;
}

/** The first thing that a disk refused, whatever the program made of it. */
export interface DiskError {
  /** Positive errno of Linux. */
  errno: number;
  step: 'read' | 'write' | 'discard' | 'flush';
  /** As the program knows it: "/disk". */
  disk: string;
}

const S_IFREG = 0o100000;
/** Of Linux. */
const EOPNOTSUPP = 95;

export interface DiskNodeOptions {
  handle: number;
  size: number;
  writable: boolean;
  inode: number;
  /** ns since 1970, of all times that stat() shows */
  time: bigint;
  onError: (error: Omit<DiskError, 'disk'>) => void;
}

export class DiskNode implements FileNode {
  readonly type = FileType.REGULAR_FILE;
  readonly seekable = true;
  readonly #calls: DiskCalls;
  readonly #options: DiskNodeOptions;

  constructor(calls: DiskCalls, options: DiskNodeOptions) {
    this.#calls = calls;
    this.#options = options;
  }

  get writable(): boolean {
    return this.#options.writable;
  }

  /** Result of a call of the addon. */
  #checked(step: DiskError['step'], result: number): number {
    if (result >= 0) return result;
    this.#options.onError({errno: -result, step});
    throw new Refused(errnoOfLinux(result));
  }

  /** How much of a range lies on the disk. */
  #room(position: number, length: number): number {
    return Math.max(0, Math.min(length, this.#options.size - position));
  }

  stat(): Stat {
    const {size, writable, inode, time} = this.#options;
    const mode = S_IFREG | (writable ? 0o600 : 0o400);
    return {type: this.type, inode, mode, links: 1, size, atime: time, mtime: time, ctime: time};
  }

  read(position: number, target: Uint8Array): number {
    if (position >= this.#options.size) return 0;
    return this.#checked('read', this.#calls.diskRead(this.#options.handle, position, target));
  }

  write(position: number, source: Uint8Array): number {
    const room = this.#room(position, source.length);
    if (room === 0) throw new Refused(Errno.FBIG);
    const part = room < source.length ? source.subarray(0, room) : source;
    return this.#checked('write', this.#calls.diskWrite(this.#options.handle, position, part));
  }

  discard(position: number, length: number): void {
    const room = this.#room(position, length);
    if (room === 0) return;
    const result = this.#calls.diskDiscard(this.#options.handle, position, room);
    // No failure of the disk: the program writes zeroes instead.
    if (-result === EOPNOTSUPP) throw new Refused(Errno.NOTSUP);
    this.#checked('discard', result);
  }

  /** Its size is not the program's to change; one that makes its output file shorter just does not need the rest. */
  resize(size: number): void {
    if (size > this.#options.size) throw new Refused(Errno.FBIG);
  }

  allocate(position: number, length: number): void {
    if (position + length > this.#options.size) throw new Refused(Errno.FBIG);
  }

  setTimes(): void {
    // They are the host's.
  }

  sync(): void {
    if (this.writable) this.#checked('flush', this.#calls.diskFlush(this.#options.handle));
  }
}
