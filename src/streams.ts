// SPDX-License-Identifier: GPL-2.0-only
// Node's own ReadStream and WriteStream over a file of a volume: they take the operations of a file system as an option.
import type {ReadStream, WriteStream} from 'node:fs';
import {requireLate} from './package-root.ts';
import type {Path} from './caller.ts';
import type {FileHandle} from './file-handle.ts';

export interface ReadStreamOptions {
  /** First byte; of a file handle without it: where the handle is. */
  start?: number;
  /** Last byte, included. */
  end?: number;
  /** Size of a piece, bytes. Default 1 MiB. */
  highWaterMark?: number;
  encoding?: BufferEncoding;
  /** Close the file at the end and after an error. Default true. */
  autoClose?: boolean;
  emitClose?: boolean;
  signal?: AbortSignal;
}

export interface WriteStreamOptions {
  /** Where to begin; default: the start, or the end with flag 'a', or where the handle is. */
  start?: number;
  highWaterMark?: number;
  encoding?: BufferEncoding;
  autoClose?: boolean;
  emitClose?: boolean;
  /** fsync before the file is closed. Default false. */
  flush?: boolean;
  signal?: AbortSignal;
}

const PIECE = 1024 * 1024;

type Done = (error: unknown, ...results: unknown[]) => void;

/** As the callbacks of node:fs are called. */
function settle<T>(promise: Promise<T>, done: Done, results: (value: T) => unknown[] = () => []): void {
  // Outside of the promise: what the stream throws is not ours to catch.
  promise.then(
    (value) => process.nextTick(done, null, ...results(value)),
    (error: unknown) => process.nextTick(done, error),
  );
}

/** The calls that the streams make, with the handle in the place of the descriptor. */
function operations(open: () => Promise<FileHandle>) {
  return {
    open: (_path: unknown, _flags: unknown, _mode: unknown, done: Done) => settle(open(), done, (handle) => [handle]),
    close: (handle: FileHandle, done: Done) => settle(handle.close(), done),
    fsync: (handle: FileHandle, done: Done) => settle(handle.sync(), done),
    read: (handle: FileHandle, buffer: Uint8Array, offset: number, length: number, at: unknown, done: Done) =>
      settle(handle.read(buffer, offset, length, place(at)), done, ({bytesRead}) => [bytesRead, buffer]),
    write: (handle: FileHandle, buffer: Uint8Array, offset: number, length: number, at: unknown, done: Done) =>
      settle(handle.write(buffer, offset, length, place(at)), done, ({bytesWritten}) => [bytesWritten, buffer]),
    writev: (handle: FileHandle, buffers: Uint8Array[], at: unknown, done: Done) =>
      settle(handle.writev(buffers, place(at)), done, ({bytesWritten}) => [bytesWritten, buffers]),
  };
}

/** Undefined, null and -1: where the file is. */
function place(at: unknown): number | null {
  return typeof at === 'number' && at >= 0 ? at : null;
}

/** Typed by what Node takes, which is more than its types say: `fd` may be anything that `open` gave. */
type StreamFactory<Stream> = (path: Path, options: object) => Stream;

export function readStream(path: Path, open: () => Promise<FileHandle>, options: ReadStreamOptions): ReadStream {
  const {createReadStream} = requireLate('node:fs') as {createReadStream: StreamFactory<ReadStream>};
  return createReadStream(path, {highWaterMark: PIECE, ...options, fs: operations(open)});
}

export function writeStream(path: Path, open: () => Promise<FileHandle>, options: WriteStreamOptions): WriteStream {
  const {createWriteStream} = requireLate('node:fs') as {createWriteStream: StreamFactory<WriteStream>};
  return createWriteStream(path, {highWaterMark: PIECE, ...options, fs: operations(open)});
}
