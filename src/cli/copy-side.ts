// SPDX-License-Identifier: GPL-2.0-only
// The two worlds that a copy joins, the host and the volumes of images, by the few questions that planning asks.
import {lstatSync, mkdirSync, readdirSync, realpathSync, statSync, type BigIntStats} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import type {Path} from '../caller.ts';
import type {VolumeStats} from '../statx.ts';
import {joinPath, type Volume} from '../volume.ts';
import {addressOf, type PathTarget} from './address.ts';
import {failure, targetFailure} from './failure.ts';
import {isNameless, splitPath} from './path.ts';

/** What is known of an entry. */
export interface Facts {
  kind: 'directory' | 'file' | 'link' | 'other';
  /** The same for all names of one file. */
  id: string;
  /** Bytes. */
  size: bigint;
  mtimeNs: bigint;
}

/** Something on one of the sides, named by a word of the command line or found below one. */
export interface Place {
  /** As the user wrote it, or would. */
  word: string;
  path: Path;
}

export interface Side {
  /** Undefined when there is nothing; throws what the user should read when that can't be known. */
  look(place: Place, follow: boolean): Promise<Facts | undefined>;
  below(place: Place, name: Path): Place;
  parent(place: Place): Place;
  /** Without symbolic links. */
  real(place: Place): Promise<Place>;
  /** Last part; undefined where there is none to give to a copy: a root, "dir/.", "..". */
  nameOf(place: Place): Path | undefined;
  endsWithSlash(place: Place): boolean;
  makeDirectory(place: Place): Promise<void>;
  /** Names in a directory; none where there is no directory. */
  list(path: Path): Promise<Buffer[]>;
}

function facts(stats: BigIntStats | VolumeStats<bigint>): Facts {
  const kind = stats.isDirectory() ? 'directory' : stats.isFile() ? 'file' : stats.isSymbolicLink() ? 'link' : 'other';
  return {kind, id: `${stats.dev}:${stats.ino}`, size: stats.size, mtimeNs: stats.mtimeNs};
}

export const hostSide: Side = {
  async look({path, word}, follow) {
    try {
      const stats = (follow ? statSync : lstatSync)(path, {bigint: true, throwIfNoEntry: false});
      return stats && facts(stats);
    } catch (error) {
      throw failure(error, word);
    }
  },
  below({path}, name) {
    const joined = join(path as string, name as string);
    return {word: joined, path: joined};
  },
  parent({path}) {
    const up = dirname(path as string);
    return {word: up, path: up};
  },
  async real({path, word}) {
    return {word, path: realpathSync(path as string)};
  },
  nameOf({path}) {
    const last = /(^|[\\/])\.$/.test(path as string) ? '' : basename(path as string);
    return last === '' || last === '..' ? undefined : last;
  },
  endsWithSlash: ({path}) => /[\\/]$/.test(path as string),
  async makeDirectory({path, word}) {
    try {
      mkdirSync(path);
    } catch (error) {
      throw failure(error, word);
    }
  },
  async list(path) {
    try {
      return readdirSync(path, {encoding: 'buffer'});
    } catch {
      return [];
    }
  },
};

/** @param volume asked anew each time, because an image is opened again when it is to be written */
export function volumeSide(volume: () => Promise<Volume>, target: PathTarget): Side {
  const at = (path: Path): Place => ({path, word: addressOf(target, path).toString()});
  return {
    async look({path, word}, follow) {
      const view = await volume();
      try {
        return facts(await (follow ? view.stat(path, {bigint: true}) : view.lstat(path, {bigint: true})));
      } catch (error) {
        if ((error as {code?: string}).code === 'ENOENT') return undefined;
        throw targetFailure(error, {word, path: path.toString()});
      }
    },
    below: ({path}, name) => at(joinPath(path, name)),
    parent: ({path}) => at(splitPath(path).parent),
    async real({path}) {
      return at(await (await volume()).realpath(path));
    },
    nameOf: ({path}) => (isNameless(path) ? undefined : splitPath(path).name),
    endsWithSlash: ({path}) => splitPath(path).slash,
    async makeDirectory({path, word}) {
      await (await volume()).mkdir(path).catch((error: unknown) => {
        throw failure(error, word);
      });
    },
    async list(path) {
      return (await volume()).readdir(path, 'buffer').catch(() => []);
    },
  };
}
