// SPDX-License-Identifier: GPL-2.0-only
// Node streams over the pieces of a file, with the options of fs.createReadStream.
import type {Readable} from 'node:stream';
import {requireLate} from './package-root.ts';

export interface ReadStreamOptions {
  /** First byte. */
  start?: number;
  /** Last byte, included, as in Node. */
  end?: number;
  highWaterMark?: number;
  encoding?: BufferEncoding;
}

export function chunkOptions({start, end, highWaterMark}: ReadStreamOptions): {
  start?: number;
  end?: number;
  size?: number;
} {
  return {
    ...(start === undefined ? {} : {start}),
    ...(end === undefined ? {} : {end: end + 1}),
    ...(highWaterMark === undefined ? {} : {size: highWaterMark}),
  };
}

export function streamOf(pieces: AsyncIterable<Buffer>, {highWaterMark, encoding}: ReadStreamOptions): Readable {
  // Loaded when the first stream is made: the module takes milliseconds, and the commands need none.
  const {Readable: Stream} = requireLate('node:stream') as typeof import('node:stream');
  return Stream.from(pieces, {
    objectMode: false,
    ...(highWaterMark === undefined ? {} : {highWaterMark}),
    ...(encoding === undefined ? {} : {encoding}),
  });
}
