// SPDX-License-Identifier: GPL-2.0-only
// A tree of the host as a tar archive, piece by piece, for the tools that make an image of one; and an archive from a
// stream kept in a file for as long as it is needed twice.
import {rmSync} from 'node:fs';
import {open, type FileHandle} from 'node:fs/promises';
import {describeErrno} from '../../errno.ts';
import {decodeRecords, KIND} from '../../tar/records.ts';
import {TarPacker} from '../../tar/pack.ts';
import {readTree} from '../../tree.ts';
import type {ArchiveProblem} from './fill.ts';

/** struct statx (include/uapi/linux/stat.h): stx_mtime.tv_nsec */
const MTIME_NS = 120;

interface Packing {
  /** Entries in the order of their names. */
  sorted: boolean;
  /** The latest time that the type keeps, in seconds from 1970, which then is the earliest; all of them if undefined. */
  latest?: bigint;
  /** No time is a whole second: sqfstar takes none without a fraction, which it drops. */
  fractions: boolean;
  problem: (found: ArchiveProblem) => void;
  count: (kind: number, bytes: number) => void;
  signal: AbortSignal | undefined;
}

/** Pieces from one that pushes to one that pulls: the next is asked for when the last was taken. */
class Handover {
  private piece: Buffer | undefined;
  private ended = false;
  private failure: unknown;
  private wake: () => void = () => {};
  private taken: () => void = () => {};

  async push(piece: Buffer): Promise<void> {
    if (this.ended) return;
    this.piece = piece;
    this.wake();
    await new Promise<void>((resolve) => (this.taken = resolve));
  }

  end(failure?: unknown): void {
    this.ended = true;
    this.failure = failure;
    this.wake();
  }

  async *pieces(): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        if (this.piece) {
          const {piece} = this;
          this.piece = undefined;
          yield piece;
          this.taken();
        } else if (this.failure) throw this.failure;
        else if (this.ended) return;
        else await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      this.ended = true;
      this.taken();
    }
  }
}

/** @param directory on the host */
export function archiveOf(directory: string, packing: Packing): AsyncIterable<Buffer> {
  const handover = new Handover();
  const work = async () => {
    const packer = new TarPacker({
      output: (bytes) => handover.push(bytes),
      problem: (path, message) => packing.problem({name: Buffer.from(path), message}),
    });
    try {
      await pack(packer, directory, packing);
    } catch (error) {
      await packer.abandon();
      throw error;
    }
  };
  work().then(
    () => handover.end(),
    (error: unknown) => handover.end(error ?? new Error('no archive')),
  );
  return handover.pieces();
}

async function pack(packer: TarPacker, directory: string, {sorted, fractions, problem, count, signal}: Packing): Promise<void> {
  const how = {recursive: true, sorted, xattrs: true, content: true, ...(signal ? {signal} : {})};
  for await (const batch of readTree(null, [{from: directory, to: ''}], how)) {
    for (const record of decodeRecords(batch)) {
      if (record.kind === KIND.problem) {
        const {text} = describeErrno(record.offset);
        problem({name: Buffer.from(record.path), message: `${record.target.toString()}: ${text}`});
        continue;
      }
      const status = fractions ? record.metadata?.status : undefined;
      if (status?.readUInt32LE(MTIME_NS) === 0) status.writeUInt32LE(1, MTIME_NS);
      count(record.kind, record.data.length);
      await packer.add(record);
    }
  }
  await packer.finish();
}

export interface Spool {
  /** Again and again from its start. */
  read(): AsyncIterable<Buffer>;
  remove(): Promise<void>;
}

const PIECE = 1024 * 1024;

/** @param path of a file that is made, and must not be there; it goes away with the process */
export async function spool(path: string, archive: AsyncIterable<Uint8Array>): Promise<Spool> {
  const file = await open(path, 'wx+', 0o600);
  const isWindows = process.platform === 'win32';
  if (!isWindows) rmSync(path);
  const remove = async () => {
    await file.close();
    if (isWindows) rmSync(path, {force: true});
  };
  try {
    for await (const piece of archive) {
      for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten;
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return {read: () => pieces(file), remove};
}

async function* pieces(file: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ;) {
    const {bytesRead, buffer} = await file.read(Buffer.allocUnsafe(PIECE), 0, PIECE, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
