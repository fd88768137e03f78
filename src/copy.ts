// SPDX-License-Identifier: GPL-2.0-only
// Copies files and trees between volumes, and between a volume and the host, by the engine: no byte of them passes
// through JavaScript.
import type {CopyOptions as EngineOptions, CopyProgress, CopyResult, Side} from './binding.ts';
import {pathArgument, type Path} from './caller.ts';
import {argumentError, throwIfAborted} from './errors.ts';
import type {Volume} from './volume.ts';
import {VolumeBase} from './volume-base.ts';

export type {CopyLoss, CopyProblem, CopyProgress, CopyResult} from './binding.ts';

/** addon/index.d.ts says what each of the others does. */
export interface CopyOptions extends Omit<EngineOptions, 'stop'> {
  /** Stops the copy: what is under way is removed, the rest is not begun. */
  signal?: AbortSignal;
}

/** One file or tree. */
export interface CopyPair {
  /** Where it is: a path on the side that is read. */
  from: Path;
  /** Where it goes, with its own name: created, or replaced if it is no directory. The directory above must exist. */
  to: Path;
}

/** A side as the addon names it: the root of a volume, null for the host. */
export function readSide(volume: Volume | null): Side {
  return volume && VolumeBase.callerOf(volume).root;
}

/** The same of the side that is written; throws EROFS in the words of `name`. */
export function writeSide(volume: Volume | null, name: string): Side {
  return volume && VolumeBase.writerOf(volume, name).root;
}

/** The byte that the engine looks at, set when the signal fires. */
function stopByte(signal: AbortSignal | undefined): {stop: Uint8Array; release: () => void} {
  const stop = new Uint8Array(1);
  const set = () => void (stop[0] = 1);
  signal?.addEventListener('abort', set, {once: true});
  return {stop, release: () => signal?.removeEventListener('abort', set)};
}

/** The path's bytes as the engine takes them: with a length, and no NUL. */
function bytesOf(path: Path): Buffer {
  pathArgument(path);
  return Buffer.from(path as string);
}

/**
 * Copies sources from one side to the other; null is the host, and at least one side is a volume. Holes and hard links
 * among what is copied are kept.
 * @param progress called at most ten times a second
 * @returns what was done, with all that failed (`problems`) and all that the target could not take (`lost`): look at both.
 * After an abort `stopped` is true; what was under way is removed, what was done stays
 * @throws AbortError when the signal has fired before the beginning; KdiskError EKERNELDEAD; EROFS when the target's
 * image was not opened for writing; what the manifest's file gives
 */
export async function copy(
  from: Volume | null,
  to: Volume | null,
  sources: CopyPair[],
  options: CopyOptions = {},
  progress?: (state: CopyProgress) => void,
): Promise<CopyResult> {
  const {signal, ...rest} = options;
  if (!from && !to) throw argumentError('one side of a copy must be a volume; fs.promises.cp copies on the host');
  throwIfAborted(signal);
  // Both are asked before anything is done.
  const [source, target] = [readSide(from), writeSide(to, 'copy')];
  const addon = VolumeBase.callerOf((from ?? to)!).addon;
  const pairs = sources.map((pair) => ({from: bytesOf(pair.from), to: bytesOf(pair.to)}));
  const {stop, release} = stopByte(signal);
  try {
    return await addon.copy(source, target, pairs, {...rest, stop}, progress);
  } finally {
    release();
  }
}
