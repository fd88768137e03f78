// SPDX-License-Identifier: GPL-2.0-only
// Checksums of files in an image. Several are read at once, because most of the time of a small one is spent waiting.
import type {Path} from '../caller.ts';
import type {FileHandle} from '../file-handle.ts';
import {requireLate} from '../package-root.ts';
import type {Volume} from '../volume.ts';

/** In the words of OpenSSL. */
export const ALGORITHMS = [
  'sha256',
  'sha512',
  'sha1',
  'sha224',
  'sha384',
  'sha3-256',
  'sha3-512',
  'md5',
  'blake2b512',
  'blake2s256',
] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** Files up to this size are read in one go. */
const SMALL = 256 * 1024;

const AT_ONCE = 6;

/** Hexadecimal, and how many bytes it is of. */
export interface Digest {
  digest: string;
  size: number;
}

async function digestOf(file: FileHandle, expected: number, algorithm: Algorithm): Promise<Digest> {
  const {createHash} = requireLate('node:crypto') as typeof import('node:crypto');
  const hash = createHash(algorithm);
  if (expected <= SMALL) {
    // One byte more than there should be: that it does not come shows the end.
    const buffer = Buffer.allocUnsafe(expected + 1);
    const {bytesRead} = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead <= expected)
      return {digest: hash.update(buffer.subarray(0, bytesRead)).digest('hex'), size: bytesRead};
  }
  let size = 0;
  for await (const piece of file.chunks({reuse: true})) {
    hash.update(piece);
    size += piece.length;
  }
  return {digest: hash.digest('hex'), size};
}

export async function digestFile(volume: Volume, path: Path, expected: number, algorithm: Algorithm): Promise<Digest> {
  const file = await volume.open(path);
  try {
    return await digestOf(file, expected, algorithm);
  } finally {
    await file.close();
  }
}

/** Results in the order of the items, each of which is begun before its turn. */
export async function* inOrder<Item, Result>(
  items: Item[],
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<{item: Item; result?: Result; error?: unknown}> {
  const begun: Promise<{item: Item; result?: Result; error?: unknown}>[] = [];
  const begin = (item: Item) =>
    work(item).then(
      (result) => ({item, result}),
      (error: unknown) => ({item, error}),
    );
  let next = 0;
  while (next < items.length || begun.length > 0) {
    while (next < items.length && begun.length < AT_ONCE) begun.push(begin(items[next++]!));
    yield await begun.shift()!;
  }
}
