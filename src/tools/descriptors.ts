// SPDX-License-Identifier: GPL-2.0-only
// The table of open descriptors of a sandboxed program.
import {isDirectory, type DirectoryNode, type FileNode} from './nodes.ts';
import {Errno, Refused} from './preview1.ts';

/** As RLIMIT_NOFILE. */
const MOST_DESCRIPTORS = 1024;

export interface Descriptor {
  node: FileNode;
  position: number;
  read: boolean;
  write: boolean;
  /** preview 1 fdflags */
  flags: number;
  /** A directory that was handed in, under this name. */
  preopen?: string;
  /** Where fd_readdir stands: the entries as they were when it began. */
  listing?: {name: string; inode: number; type: number}[];
}

export class Descriptors {
  readonly #table: (Descriptor | undefined)[] = [];

  get(fd: number): Descriptor {
    const found = this.#table[fd >>> 0];
    if (!found) throw new Refused(Errno.BADF);
    return found;
  }

  directory(fd: number): DirectoryNode {
    const {node} = this.get(fd);
    if (!isDirectory(node)) throw new Refused(Errno.NOTDIR);
    return node;
  }

  /** @returns the lowest free number */
  add(descriptor: Descriptor): number {
    const free = this.#table.findIndex((entry) => entry === undefined);
    const fd = free < 0 ? this.#table.length : free;
    if (fd >= MOST_DESCRIPTORS) throw new Refused(Errno.MFILE);
    this.#table[fd] = descriptor;
    return fd;
  }

  close(fd: number): void {
    const {node} = this.get(fd);
    this.#table[fd >>> 0] = undefined;
    if (!this.#table.some((other) => other?.node === node)) node.close?.();
  }

  /** dup2, and the first number is closed. */
  renumber(from: number, to: number): void {
    const moved = this.get(from);
    if (from === to) return;
    if (to >>> 0 >= MOST_DESCRIPTORS) throw new Refused(Errno.BADF);
    if (this.#table[to >>> 0]) this.close(to);
    this.#table[to >>> 0] = moved;
    this.#table[from >>> 0] = undefined;
  }
}
