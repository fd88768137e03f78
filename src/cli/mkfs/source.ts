// SPDX-License-Identifier: GPL-2.0-only
// What --from names: a directory of the host, or a tar archive on standard input.
import {fstatSync, read} from 'node:fs';
import type {MkfsOptions} from '../../mkfs.ts';
import {checkInput, readInput} from '../copy-stream.ts';
import {failure} from '../failure.ts';
import {decompressed} from '../tar-compression.ts';

const STDIN = 0;
const PIECE = 1024 * 1024;

/** A file that standard input was redirected from can be read as often as is needed. */
async function* fromStart(fd: number): AsyncGenerator<Buffer> {
  for (let at = 0; ;) {
    const buffer = Buffer.allocUnsafe(PIECE);
    const size = await new Promise<number>((resolve, reject) => {
      read(fd, buffer, 0, PIECE, at, (error, count) => (error ? reject(failure(error, 'standard input')) : resolve(count)));
    });
    if (size === 0) return;
    at += size;
    yield buffer.subarray(0, size);
  }
}

export function sourceOf(from: string, signal: AbortSignal): NonNullable<MkfsOptions['from']> {
  if (from !== '-') return from;
  checkInput('a tar archive is read from it: kdisk mkfs --from - ... < FILE');
  if (fstatSync(STDIN).isFile()) return () => decompressed(fromStart(STDIN));
  return decompressed(readInput(signal));
}
