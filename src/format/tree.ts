// SPDX-License-Identifier: GPL-2.0-only
// A directory and all below it as tree(1) draws it.
import type {Entry} from '../dirents.ts';
import {S_IFDIR} from '../syscalls.ts';
import {nameBytes, type ListingStyle} from './listing.ts';

/** What is left of the name: one piece for each directory on the way, true when more of that directory follow. */
export function treeLine(entry: Entry, more: boolean[], style: ListingStyle): Buffer {
  const above = more.slice(0, -1).map((follows) => (follows ? '│   ' : '    '));
  const branch = `${above.join('')}${more.at(-1) ? '├── ' : '└── '}`;
  const inode = style.inode ? `[${entry.ino}] ` : '';
  return Buffer.concat([Buffer.from(branch + inode), nameBytes(entry, style, true), Buffer.from('\n')]);
}

export class TreeCount {
  private directories = 0;
  private files = 0;

  add({type}: Entry): void {
    if (type === S_IFDIR) this.directories++;
    else this.files++;
  }

  /** "2 directories, 1 file" */
  toString(): string {
    const {directories, files} = this;
    return `${directories} ${directories === 1 ? 'directory' : 'directories'}, ${files} ${files === 1 ? 'file' : 'files'}`;
  }
}
