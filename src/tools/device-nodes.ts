// SPDX-License-Identifier: GPL-2.0-only
// The few devices of /dev that programs take for granted, none of which leads anywhere.
import type {FileNode, Stat} from './nodes.ts';
import {FileType} from './preview1.ts';
import type {Randomness} from './time.ts';

const S_IFCHR = 0o020000;

class Device implements FileNode {
  readonly type = FileType.CHARACTER_DEVICE;
  // Otherwise isatty() takes it for a terminal.
  readonly seekable = true;
  readonly writable = true;
  readonly #inode: number;
  readonly #fill: (target: Uint8Array) => number;

  constructor(inode: number, fill: (target: Uint8Array) => number) {
    this.#inode = inode;
    this.#fill = fill;
  }

  stat(): Stat {
    const mode = S_IFCHR | 0o666;
    return {type: this.type, inode: this.#inode, mode, links: 1, size: 0, atime: 0n, mtime: 0n, ctime: 0n};
  }

  read(_position: number, target: Uint8Array): number {
    return this.#fill(target);
  }

  write(_position: number, source: Uint8Array): number {
    return source.length;
  }
}

/** By their paths. */
export function devices(nextInode: () => number, randomness: Randomness): [string, FileNode][] {
  const random = (target: Uint8Array) => {
    randomness(target);
    return target.length;
  };
  const zero = (target: Uint8Array) => target.fill(0).length;
  return [
    ['/dev/null', new Device(nextInode(), () => 0)],
    ['/dev/zero', new Device(nextInode(), zero)],
    ['/dev/random', new Device(nextInode(), random)],
    ['/dev/urandom', new Device(nextInode(), random)],
  ];
}
