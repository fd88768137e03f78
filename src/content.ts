// SPDX-License-Identifier: GPL-2.0-only
// What writeFile() takes as the content of a file, as pieces of bytes.
import {argumentError} from './errors.ts';

type Piece = string | NodeJS.ArrayBufferView;

/** Text, bytes, or anything that gives such pieces: arrays, generators, streams. */
export type FileContent = Piece | Iterable<Piece> | AsyncIterable<Piece>;

export function bytesOf(piece: unknown, encoding: BufferEncoding): Uint8Array {
  if (typeof piece === 'string') return Buffer.from(piece, encoding);
  if (ArrayBuffer.isView(piece)) return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  throw argumentError(
    `content must be strings or bytes, not ${piece === null ? 'null' : typeof piece}`,
    'ERR_INVALID_ARG_TYPE',
  );
}

function isIterable(content: unknown): content is Iterable<Piece> | AsyncIterable<Piece> {
  if (typeof content !== 'object' || content === null || ArrayBuffer.isView(content)) return false;
  return Symbol.asyncIterator in content || Symbol.iterator in content;
}

export async function* piecesOf(content: FileContent, encoding: BufferEncoding): AsyncGenerator<Uint8Array> {
  if (!isIterable(content)) {
    yield bytesOf(content, encoding);
    return;
  }
  for await (const piece of content) yield bytesOf(piece, encoding);
}
