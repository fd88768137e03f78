// SPDX-License-Identifier: GPL-2.0-only
// Addresses of what was found below a word of the command line, as the user would write them.
import type {Path} from '../caller.ts';
import {formatAddress} from '../image-path.ts';
import {printable, quoteName} from '../format/name.ts';
import type {Target} from './session.ts';

/** A target whose path may be bytes: a name that a pattern found need not be UTF-8. */
export interface PathTarget extends Omit<Target, 'path'> {
  /** Absolute; a string wherever it can be one. */
  path: Path;
}

/** The address of another path in the image (and partition) that the word names. */
export function addressOf({word, path: from}: PathTarget, path: Path): Buffer {
  const named = from.toString();
  const written = word.endsWith(named) ? word.slice(0, -named.length) : word;
  const separator = written.endsWith(':') || written === '' ? '' : ':';
  return Buffer.concat([Buffer.from(written + separator), Buffer.from(path as string)]);
}

/** A path or address for standard output: what would upset a terminal is quoted there. */
export function shown(path: Buffer, terminal: boolean): Buffer {
  const upsetting = terminal && printable(path.toString()) !== path.toString();
  return upsetting ? Buffer.from(quoteName(path)) : path;
}

/** How commands that print many paths of targets write them: as paths in the image, or as addresses where those of
 *  several volumes (or the user) need that. */
export function naming(targets: PathTarget[], addresses: boolean): (target: PathTarget, path: Buffer) => Buffer {
  const volumes = new Set(targets.map(({image, selectors}) => formatAddress(image, selectors)));
  return addresses || volumes.size > 1 ? addressOf : (_, path) => path;
}
