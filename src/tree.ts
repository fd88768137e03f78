// SPDX-License-Identifier: GPL-2.0-only
// Trees as records (src/tar/records.ts): read from a volume or the host, and written to a volume.
import {binding} from './binding.ts';
import type {Path} from './caller.ts';
import {readSide, writeSide, type CopyOptions, type CopyPair, type CopyResult} from './copy.ts';
import {throwIfAborted} from './errors.ts';
import type {Volume} from './volume.ts';

/** What reading has in common with copying. */
export type TreeOptions = Pick<
  CopyOptions,
  'recursive' | 'follow' | 'sorted' | 'xattrs' | 'flags' | 'exclude' | 'include' | 'names' | 'signal'
> & {
  /** Of files too. */
  content?: boolean;
};

const bytesOf = (path: Path) => Buffer.from(path as string);

/**
 * Batches of records, about a MiB each, one source after the other.
 * @param from null is the host
 * @param sources `to` is what the first entry is called in the records; empty: it stands for the top
 */
export async function* readTree(
  from: Volume | null,
  sources: CopyPair[],
  options: TreeOptions,
): AsyncGenerator<Buffer> {
  const {signal, ...rest} = options;
  const addon = binding();
  const pairs = sources.map((pair) => ({from: bytesOf(pair.from), to: bytesOf(pair.to)}));
  const tree = await addon.openTree(readSide(from), pairs, rest);
  try {
    for (;;) {
      throwIfAborted(signal);
      const batch = await addon.readTree(tree);
      if (batch.length === 0) return;
      yield batch;
    }
  } finally {
    await addon.closeTree(tree);
  }
}

/** Takes records and makes the tree of them below a directory that is there. */
export class TreeWriter {
  private constructor(private readonly tree: number) {}

  static async below(to: Volume, directory: Path, options: CopyOptions): Promise<TreeWriter> {
    const {signal: _, ...rest} = options;
    return new TreeWriter(await binding().createTree(writeSide(to, 'copy'), bytesOf(directory), rest));
  }

  /** @returns false when nothing more can be written; finish() tells why */
  write(records: Buffer): Promise<boolean> {
    return binding().writeTree(this.tree, records);
  }

  /** To be called in any case. */
  finish(): Promise<CopyResult> {
    return binding().finishTree(this.tree);
  }
}
