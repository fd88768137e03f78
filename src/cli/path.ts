// SPDX-License-Identifier: GPL-2.0-only
// Paths inside an image taken apart and put together: strings as strings, bytes as bytes.
import type {Path} from '../caller.ts';

/** Any bytes, as a string with one character for each. */
const text = (path: Path) => (typeof path === 'string' ? path : path.toString('latin1'));
const like = (path: Path, part: string): Path => (typeof path === 'string' ? part : Buffer.from(part, 'latin1'));

export interface PathParts {
  /** Absolute. */
  parent: Path;
  /** Last part; empty for the root. */
  name: Path;
  /** The path without slashes at its end. */
  bare: Path;
  /** It had some, which says that a directory is meant. */
  slash: boolean;
}

export function splitPath(path: Path): PathParts {
  const whole = text(path);
  const bare = whole.replace(/\/+$/, '');
  const at = bare.lastIndexOf('/');
  return {
    parent: like(path, bare.slice(0, Math.max(at, 0)) || '/'),
    name: like(path, bare.slice(at + 1)),
    bare: like(path, bare || '/'),
    slash: bare !== whole && bare !== '',
  };
}

/** True of the root, and of what "." and ".." stand for, which have no name of their own. */
export function isNameless(path: Path): boolean {
  return /(?:^|\/)\.{0,2}$/.test(text(splitPath(path).bare));
}

export function sameBytes(one: Path, other: Path): boolean {
  return Buffer.from(one as string).equals(Buffer.from(other as string));
}
