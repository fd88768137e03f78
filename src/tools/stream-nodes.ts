// SPDX-License-Identifier: GPL-2.0-only
// Standard input and output of a sandboxed program.
import type {FileNode, Stat} from './nodes.ts';
import {FileType} from './preview1.ts';

/** What is copied at once. */
const PIECE_BYTES = 1024 * 1024;

const S_IFIFO = 0o010000;
const S_IFCHR = 0o020000;

abstract class Stream implements FileNode {
  readonly type: number;
  readonly seekable = false;
  readonly #inode: number;

  constructor(inode: number, terminal: boolean) {
    this.type = terminal ? FileType.CHARACTER_DEVICE : FileType.UNKNOWN;
    this.#inode = inode;
  }

  stat(): Stat {
    const mode = (this.type === FileType.CHARACTER_DEVICE ? S_IFCHR : S_IFIFO) | 0o600;
    return {type: this.type, inode: this.#inode, mode, links: 1, size: 0, atime: 0n, mtime: 0n, ctime: 0n};
  }
}

/** Bytes that are all there, or none. */
export class BytesInput extends Stream {
  #left: Uint8Array;

  constructor(inode: number, bytes: Uint8Array) {
    super(inode, false);
    this.#left = bytes;
  }

  read(_position: number, target: Uint8Array): number {
    const part = this.#left.subarray(0, target.length);
    target.set(part);
    this.#left = this.#left.subarray(part.length);
    return part.length;
  }
}

/** Where bytes come from that are not there yet: the reading end of a ring, or the host's own descriptor. */
export interface ByteSource {
  /** Blocks until there are some; 0 at the end. */
  read(target: Uint8Array): number;
  wait(timeout: number): boolean;
}

export class SourceInput extends Stream {
  readonly #source: ByteSource;

  constructor(inode: number, source: ByteSource, terminal: boolean) {
    super(inode, terminal);
    this.#source = source;
  }

  read(_position: number, target: Uint8Array): number {
    return this.#source.read(target);
  }

  wait(timeout: number): boolean {
    return this.#source.wait(timeout);
  }
}

export class Output extends Stream {
  readonly #write: (bytes: Uint8Array) => void;

  /** @param write takes the bytes, which are the program's memory, before it returns */
  constructor(inode: number, write: (bytes: Uint8Array) => void, terminal: boolean) {
    super(inode, terminal);
    this.#write = write;
  }

  write(_position: number, source: Uint8Array): number {
    for (let at = 0; at < source.length; at += PIECE_BYTES) this.#write(source.subarray(at, at + PIECE_BYTES));
    return source.length;
  }
}
