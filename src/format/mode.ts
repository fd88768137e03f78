// SPDX-License-Identifier: GPL-2.0-only
// File types and permission bits in letters, as ls -l writes them.
import {S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK} from '../syscalls.ts';

export type FileType =
  'file' | 'directory' | 'symlink' | 'block device' | 'character device' | 'fifo' | 'socket' | 'unknown';

const TYPES = new Map<number, {letter: string; name: FileType}>([
  [S_IFREG, {letter: '-', name: 'file'}],
  [S_IFDIR, {letter: 'd', name: 'directory'}],
  [S_IFLNK, {letter: 'l', name: 'symlink'}],
  [S_IFBLK, {letter: 'b', name: 'block device'}],
  [S_IFCHR, {letter: 'c', name: 'character device'}],
  [S_IFIFO, {letter: 'p', name: 'fifo'}],
  [S_IFSOCK, {letter: 's', name: 'socket'}],
]);

export function fileType(mode: number): FileType {
  return TYPES.get(mode & S_IFMT)?.name ?? 'unknown';
}

function triad(bits: number, special: boolean, letter: string): string {
  const execute = bits & 1;
  const last = special ? (execute ? letter : letter.toUpperCase()) : execute ? 'x' : '-';
  return (bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-') + last;
}

/** "drwxr-xr-x" */
export function modeString(mode: number): string {
  const letter = TYPES.get(mode & S_IFMT)?.letter ?? '?';
  return (
    letter +
    triad((mode >> 6) & 7, (mode & 0o4000) !== 0, 's') +
    triad((mode >> 3) & 7, (mode & 0o2000) !== 0, 's') +
    triad(mode & 7, (mode & 0o1000) !== 0, 't')
  );
}

/** "0755" */
export function octalMode(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
