// SPDX-License-Identifier: GPL-2.0-only
// A mounted file system of an image, with the shape of fs.promises. Paths are absolute within it (a relative one starts
// at its root), as strings or as bytes; nothing outside can be reached, neither by ".." nor by a symbolic link.
//
// Errors are those of fs.promises (code, errno, syscall, path, dest). A change in an image that was not opened with
// {write: true} is refused with EROFS.
import type {Path} from './caller.ts';
import {globPaths} from './glob.ts';
import {walk, type WalkEntry, type WalkOptions} from './walk.ts';
import {VolumeAttributes} from './xattrs.ts';

export {joinPath} from './volume-base.ts';
export type {ReaddirOptions} from './volume-read.ts';

export class Volume extends VolumeAttributes {
  /**
   * Absolute paths that match a pattern of a shell ("*", "?", "[a-z]", "{a,b}", "**"), in order. A path that exists
   * literally is its only match; nothing is given when nothing matches.
   */
  glob(pattern: Path): AsyncGenerator<Buffer> {
    return globPaths(this, pattern);
  }

  /** Everything below a directory, which is not itself told; symbolic links are not followed. */
  walk(path: Path, options: WalkOptions = {}): AsyncGenerator<WalkEntry> {
    return walk(this.caller, path, options);
  }
}
