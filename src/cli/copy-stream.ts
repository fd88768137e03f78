// SPDX-License-Identifier: GPL-2.0-only
// Bytes of one file to standard output, or from standard input.
import {fstatSync, read} from 'node:fs';
import type {Path} from '../caller.ts';
import {throwIfAborted} from '../errors.ts';
import type {Volume} from '../volume.ts';
import type {CopyOptions} from '../copy.ts';
import type {Located} from './copy-plan.ts';
import {freeSpace} from './copy-report.ts';
import {EXIT, Failure, targetFailure, usageFailure} from './failure.ts';
import {stdinIsTerminal, writeOut} from './output.ts';
import type {Session} from './session.ts';

const STDIN = 0;
const PIECE = 1024 * 1024;

function readSome(fd: number, buffer: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, buffer, 0, buffer.length, null, (error, size) => (error ? reject(error) : resolve(size)));
  });
}

/** Rejects when the signal fires: nobody knows when a pipe gives the next byte. */
function aborted(signal: AbortSignal): {promise: Promise<never>; release: () => void} {
  let release = () => {};
  const promise = new Promise<never>((_, reject) => {
    const listener = () => {
      try {
        throwIfAborted(signal);
      } catch (error) {
        reject(error as Error);
      }
    };
    signal.addEventListener('abort', listener, {once: true});
    release = () => signal.removeEventListener('abort', listener);
  });
  promise.catch(() => {});
  return {promise, release};
}

/** Standard input, or another descriptor, in large pieces; each is valid for as long as the caller keeps it. */
export async function* readInput(signal: AbortSignal, fd = STDIN): AsyncGenerator<Buffer> {
  const stop = aborted(signal);
  try {
    for (;;) {
      throwIfAborted(signal);
      const buffer = Buffer.allocUnsafe(PIECE);
      let size: number;
      try {
        size = await Promise.race([readSome(fd, buffer), stop.promise]);
      } catch (error) {
        const {code} = error as NodeJS.ErrnoException;
        // Windows calls the end of a pipe so.
        if (code === 'EOF') return;
        if (code !== 'EAGAIN') throw error;
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      if (size === 0) return;
      yield buffer.subarray(0, size);
    }
  } finally {
    stop.release();
  }
}

/** A terminal as standard input is a mistake more often than not. */
export function checkInput(what: string): void {
  if (stdinIsTerminal()) throw usageFailure(`standard input is a terminal; ${what}`);
  // A closed one is worth a sentence of its own.
  try {
    fstatSync(STDIN);
  } catch {
    throw usageFailure('standard input is closed');
  }
}

interface SaveOptions {
  copy: CopyOptions;
  signal: AbortSignal;
  progress: (bytes: number) => void;
}

/** Standard input to a file in an image; one that was made here goes away again when that fails. @returns bytes */
export async function saveInput(session: Session, to: Located, {copy, signal, progress}: SaveOptions): Promise<number> {
  const {side, word} = to;
  const found = await side.look(to, true);
  if (found?.kind === 'directory' || side.endsWithSlash(to))
    throw usageFailure(
      `${word} is a directory; standard input has no name, so give one: ${side.below(to, 'NAME').word}`,
    );
  if (found && found.kind !== 'file') throw usageFailure(`${word} is neither a file nor a new name`);
  if (found && copy.existing === 'keep')
    throw new Failure(`${word}: left as it is (--no-clobber)`, EXIT.partly, 'EEXIST');
  const volume = await session.volume(to.target!, {write: true});
  try {
    return await fill(volume, to.path, found === undefined, copy, signal, progress);
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    if ((error as {code?: string}).code !== 'ENOSPC') throw targetFailure(error, {word, path: to.path.toString()});
    const space = await freeSpace(volume, to.target!.image);
    throw new Failure(`cannot write ${word}: no space left, ${space}`, EXIT.host, 'ENOSPC');
  }
}

async function fill(
  volume: Volume,
  path: Path,
  isNew: boolean,
  {uid, gid}: CopyOptions,
  signal: AbortSignal,
  progress: (bytes: number) => void,
): Promise<number> {
  const handle = await volume.open(path, 'w', 0o666 & ~process.umask());
  let size = 0;
  try {
    for await (const piece of readInput(signal)) {
      for (let done = 0; done < piece.length;) {
        const {bytesWritten} = await handle.write(piece, done, piece.length - done, size + done);
        done += bytesWritten;
      }
      size += piece.length;
      progress(size);
    }
    if (uid !== undefined || gid !== undefined) {
      const stats = await handle.stat();
      await handle.chown(uid ?? Number(stats.uid), gid ?? Number(stats.gid));
    }
  } catch (error) {
    await handle.close().catch(() => {});
    if (isNew) await volume.unlink(path).catch(() => {});
    throw error;
  }
  await handle.close();
  return size;
}

/** A file to standard output. */
export async function printFile(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of chunks) {
    await writeOut(chunk);
    size += chunk.length;
  }
  return size;
}
