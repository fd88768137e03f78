// SPDX-License-Identifier: GPL-2.0-only
// A tar archive to a directory of a volume.
import type {Path} from '../caller.ts';
import type {CopyOptions, CopyResult} from '../copy.ts';
import {throwIfAborted} from '../errors.ts';
import {ArchiveError, readArchive} from '../tar/extract.ts';
import {TarUnpacker} from '../tar/unpack.ts';
import {TreeWriter} from '../tree.ts';
import type {Volume} from '../volume.ts';
import {printable} from '../format/name.ts';
import {EXIT, Failure} from './failure.ts';
import {decompressed} from './tar-compression.ts';

export interface ExtractOptions {
  copy: CopyOptions;
  /** Runs of zeroes become holes. */
  sparse: boolean;
  /** Of the archive, for messages. */
  name: string;
  problem: (found: Failure, path: Buffer) => void;
  /** A remark that is no failure. */
  note: (message: string) => void;
  progress: (state: {files: number; bytes: number}) => void;
  signal: AbortSignal;
}

/** The writer has given up, for reasons that its result tells. */
class NothingMore extends Error {}

/** @returns what was written, however it ended; `failed` is why the archive could not be read to its end */
export async function extractArchive(
  source: AsyncIterable<Buffer>,
  to: Volume,
  directory: Path,
  options: ExtractOptions,
): Promise<{result: CopyResult; failed: unknown}> {
  const {name, problem, note, progress} = options;
  const writer = await TreeWriter.below(to, directory, options.copy);
  const state = {files: 0, bytes: 0};
  const unpacker = new TarUnpacker({
    async write(records) {
      if (!(await writer.write(records))) throw new NothingMore();
    },
    problem: (entry, what) => {
      const path = Buffer.from(entry, 'latin1');
      problem(new Failure(`${name}: ${printable(path.toString())}: ${what}`, EXIT.partly, 'EINVAL'), path);
    },
    stripped: () => note(`${name}: the slash in front of names was dropped`),
    sparse: options.sparse,
    now: BigInt(Date.now()) * 1_000_000n,
  });
  let failed: unknown;
  try {
    for await (const entry of readArchive(decompressed(source))) {
      throwIfAborted(options.signal);
      await unpacker.add(entry);
      if (entry.type === 'file') state.files++;
      state.bytes += entry.status.size;
      progress(state);
    }
  } catch (error) {
    failed = error instanceof ArchiveError ? new Failure(`${name}: ${error.message}`, EXIT.partly, 'EINVAL') : error;
  }
  // What came before a failure stays, with its times.
  await unpacker.finish().catch((error: unknown) => (failed ??= error));
  return {result: await writer.finish(), failed: failed instanceof NothingMore ? undefined : failed};
}
