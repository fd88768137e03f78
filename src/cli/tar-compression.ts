// SPDX-License-Identifier: GPL-2.0-only
// Compressed archives: what Node brings along is used, the rest is refused by name.
import {Readable, type Transform} from 'node:stream';
import {pipeline} from 'node:stream';
import type Zlib from 'node:zlib';
import {requireLate} from '../package-root.ts';
import {ArchiveError} from '../tar/extract.ts';
import {EXIT, Failure} from './failure.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** By the end of the archive's name. */
const NAMES: [RegExp, string][] = [
  [/\.(tar\.gz|tgz|gz)$/i, 'gzip'],
  [/\.(tar\.zst|tzst|zst)$/i, 'zstd'],
  [/\.(tar\.xz|txz|xz)$/i, 'xz'],
  [/\.(tar\.bz2|tbz2?|bz2)$/i, 'bzip2'],
  [/\.(tar\.lz4|lz4)$/i, 'lz4'],
];

/** By its first bytes. */
const MAGIC: [string, string][] = [
  ['\x1f\x8b', 'gzip'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['\xfd7zXZ\0', 'xz'],
  ['BZh', 'bzip2'],
  ['\x04\x22\x4d\x18', 'lz4'],
];
const LONGEST_MAGIC = 6;

type WithZstd = typeof Zlib & {createZstdCompress?: () => Transform; createZstdDecompress?: () => Transform};

const zlib = () => requireLate('node:zlib') as WithZstd;

function unsupported(kind: string, writing: boolean): Failure {
  const why =
    kind === 'zstd' ? `this Node (${process.version}) has no zstd, 22.15 and later do` : `kdisk has no ${kind}`;
  const next = writing ? `kdisk tar -c ... | ${kind} > FILE` : `${kind} -dc FILE | kdisk tar -x ...`;
  return new Failure(`${why}; use the program: ${next}`, EXIT.unsupported, 'ERR_UNSUPPORTED');
}

/** What a new archive is to be compressed with. @throws Failure when that cannot be done */
export function chooseCompression(file: string | undefined, gzip: boolean): Compression {
  const kind = gzip ? 'gzip' : (NAMES.find(([end]) => end.test(file ?? ''))?.[1] ?? 'none');
  if (kind === 'none' || kind === 'gzip' || (kind === 'zstd' && zlib().createZstdCompress)) return kind as Compression;
  throw unsupported(kind, true);
}

export interface Output {
  write(bytes: Buffer): Promise<void>;
  end(): Promise<void>;
}

/** An output that compresses what it is given. */
export function compressed(kind: Compression, write: (bytes: Buffer) => Promise<void>): Output {
  if (kind === 'none') return {write, end: async () => {}};
  const transform = kind === 'gzip' ? zlib().createGzip() : zlib().createZstdCompress!();
  const pumped = (async () => {
    for await (const piece of transform) await write(piece as Buffer);
  })();
  pumped.catch((error: Error) => transform.destroy(error));
  return {
    async write(bytes) {
      if (!transform.write(bytes))
        await Promise.race([new Promise((resolve) => transform.once('drain', resolve)), pumped]);
    },
    async end() {
      transform.end();
      await pumped;
    },
  };
}

/** The archive as it was before it was compressed. */
export async function* decompressed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < LONGEST_MAGIC) {
    const {done, value} = await iterator.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const start = head.toString('latin1', 0, LONGEST_MAGIC);
  const kind = MAGIC.find(([magic]) => start.startsWith(magic))?.[1] ?? 'none';
  const whole = (async function* () {
    try {
      if (head.length > 0) yield head;
      for (;;) {
        const {done, value} = await iterator.next();
        if (done) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  })();
  if (kind === 'none') return yield* whole;
  const transform =
    kind === 'gzip' ? zlib().createGunzip() : kind === 'zstd' ? zlib().createZstdDecompress?.() : undefined;
  if (!transform) throw unsupported(kind, false);
  // The iteration below meets the error.
  pipeline(Readable.from(whole), transform, () => {});
  try {
    for await (const piece of transform) yield piece as Buffer;
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') throw new ArchiveError('the archive is cut off: its compressed data ends too soon');
    if (code?.startsWith('Z_') || code?.startsWith('ZSTD_'))
      throw new ArchiveError(`the archive is damaged: its compressed data cannot be read (${message})`);
    throw error;
  }
}
