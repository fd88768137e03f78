// SPDX-License-Identifier: GPL-2.0-only
// Trees of volumes to a tar archive.
import type {Path} from '../caller.ts';
import type {CopyOptions} from '../copy.ts';
import {systemError, throwIfAborted} from '../errors.ts';
import {TarPacker} from '../tar/pack.ts';
import {dataExtents} from '../tar/holes.ts';
import {decodeRecords, KIND, type TreeRecord} from '../tar/records.ts';
import {readTree} from '../tree.ts';
import type {Volume} from '../volume.ts';
import {printable} from '../format/name.ts';
import {count, nothingSeen, type Seen} from './copy-preview.ts';
import {EXIT, failure, Failure} from './failure.ts';

export interface ArchiveSource {
  volume: Volume;
  from: Path;
  /** In the archive; empty: the content, and the directory itself as "./". */
  name: Path;
  /** The address of a path of the volume. */
  address: (path: Buffer) => string;
}

export interface CreateOptions {
  filter: Pick<CopyOptions, 'exclude' | 'include'>;
  /** Extended attributes and inode flags too. */
  attributes: boolean;
  output: (bytes: Buffer) => Promise<void>;
  problem: (found: Failure, path: Buffer) => void;
  progress: (seen: Seen) => void;
  signal: AbortSignal;
}

/** A record of a problem, in words. */
function readFailure({offset, target, path}: TreeRecord, address: (path: Buffer) => string): Failure {
  return failure(systemError(-offset, target.toString()), address(path));
}

/** @returns what is in the archive */
export async function createArchive(sources: ArchiveSource[], options: CreateOptions): Promise<Seen> {
  const {filter, attributes, output, problem, progress, signal} = options;
  const seen = nothingSeen();
  let current!: ArchiveSource;
  const packer = new TarPacker({
    output,
    extents: (path) => dataExtents(current.volume, path),
    problem: (path, what) => {
      const copied = Buffer.from(path);
      problem(new Failure(`${printable(current.address(copied))}: ${what}`, EXIT.partly, 'ENOTSUP'), copied);
    },
  });
  try {
    for (const source of sources) {
      current = source;
      const how = {recursive: true, xattrs: attributes, flags: attributes, content: true, signal, ...filter};
      for await (const batch of readTree(source.volume, [{from: source.from, to: source.name}], how)) {
        for (const record of decodeRecords(batch)) {
          if (record.kind === KIND.problem) {
            problem(readFailure(record, source.address), Buffer.from(record.path));
            continue;
          }
          // Bytes are counted as they come.
          if (record.kind !== KIND.file) count(seen, record);
          else seen.files++;
          seen.bytes += record.data.length;
          await packer.add(record);
        }
        progress(seen);
        throwIfAborted(signal);
      }
    }
    await packer.finish();
  } catch (error) {
    await packer.abandon();
    throw error;
  }
  return seen;
}
