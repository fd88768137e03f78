// SPDX-License-Identifier: GPL-2.0-only
// Types of files in archives, and in modes.
import type {Header} from 'tar-stream';
import {S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG} from '../syscalls.ts';

export type TarType = Header['type'];

const TYPES: [number, TarType][] = [
  [S_IFREG, 'file'],
  [S_IFDIR, 'directory'],
  [S_IFLNK, 'symlink'],
  [S_IFBLK, 'block-device'],
  [S_IFCHR, 'character-device'],
  [S_IFIFO, 'fifo'],
];

/** Undefined for a socket, which archives have no type for. */
export function tarType(mode: number): TarType | undefined {
  return TYPES.find(([bits]) => bits === (mode & S_IFMT))?.[1];
}

/** Type bits of a mode; undefined for what is no file of its own. */
export function typeBits(type: TarType): number | undefined {
  return TYPES.find(([, name]) => name === (type === 'contiguous-file' ? 'file' : type))?.[0];
}
