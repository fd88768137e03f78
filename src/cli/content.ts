// SPDX-License-Identifier: GPL-2.0-only
// Opening what has content: regular files only, because a fifo or device of an image has nothing behind it.
import type {FileHandle} from '../file-handle.ts';
import {fileType} from '../format/mode.ts';
import type {Volume} from '../volume.ts';
import {addressOf, type PathTarget} from './address.ts';
import {EXIT, Failure} from './failure.ts';

/** Follows links. */
export async function openRegularFile(volume: Volume, target: PathTarget): Promise<FileHandle> {
  const {word, path} = target;
  const stats = await volume.stat(path);
  if (stats.isDirectory()) {
    // An image without a path is a file to the reader's eyes.
    const directory = addressOf(target, path).toString();
    throw new Failure(
      `${directory} is a directory; "kdisk ls" lists it, "kdisk cp -r" copies it`,
      EXIT.usage,
      'EISDIR',
    );
  }
  if (!stats.isFile())
    throw new Failure(`${word} is a ${fileType(stats.mode)}: in an image it has no content`, EXIT.usage, 'EINVAL');
  return volume.open(path);
}
