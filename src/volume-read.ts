// SPDX-License-Identifier: GPL-2.0-only
// The half of a volume that looks: what fs.promises has for reading.
import type {ReadStream} from 'node:fs';
import {pathArgument, type Path} from './caller.ts';
import {VolumeDirent, type Entry} from './dirents.ts';
import {readDirectory} from './directory.ts';
import {throwIfAborted} from './errors.ts';
import {FileHandle, type ReadFileOptions} from './file-handle.ts';
import {openFlags, type OpenFlag} from './open-flags.ts';
import {realPath} from './realpath.ts';
import {decodeStatfs, STATFS_SIZE, type VolumeStatFs} from './statfs.ts';
import {decodeBigStatx, decodeStatx, STATX_SIZE, type VolumeStats} from './statx.ts';
import {readStream, type ReadStreamOptions} from './streams.ts';
import {AT_FDCWD, AT_SYMLINK_NOFOLLOW, NR, PATH_MAX, S_IFDIR, S_IFMT, STATX_WANTED} from './syscalls.ts';
import {joinPath, VolumeBase} from './volume-base.ts';
import {VolumeDir} from './volume-dir.ts';

export interface ReaddirOptions {
  encoding?: BufferEncoding | 'buffer' | null;
  withFileTypes?: boolean;
  /** Names are then paths relative to the directory. */
  recursive?: boolean;
}

type Dirents = VolumeDirent<string>[] | VolumeDirent<Buffer>[];

/** For results that are names. */
interface NameOptions {
  encoding?: BufferEncoding | 'buffer' | null;
}

const SLASH = Buffer.from('/');

function encoded(name: Buffer, options: NameOptions | BufferEncoding | 'buffer' | null | undefined): string | Buffer {
  const encoding = typeof options === 'string' ? options : options?.encoding;
  return encoding === 'buffer' ? name : name.toString(encoding ?? 'utf8');
}

export abstract class VolumeReader extends VolumeBase {
  async stat(path: Path, options: {bigint: true}): Promise<VolumeStats<bigint>>;
  async stat(path: Path, options?: {bigint?: false}): Promise<VolumeStats<number>>;
  async stat(path: Path, options?: {bigint?: boolean}): Promise<VolumeStats<number> | VolumeStats<bigint>> {
    return this.statx('stat', path, 0, options);
  }

  async lstat(path: Path, options: {bigint: true}): Promise<VolumeStats<bigint>>;
  async lstat(path: Path, options?: {bigint?: false}): Promise<VolumeStats<number>>;
  async lstat(path: Path, options?: {bigint?: boolean}): Promise<VolumeStats<number> | VolumeStats<bigint>> {
    return this.statx('lstat', path, AT_SYMLINK_NOFOLLOW, options);
  }

  private async statx(name: string, path: Path, flags: number, options: {bigint?: boolean} = {}) {
    const bytes = Buffer.alloc(STATX_SIZE);
    await this.caller.call(name, path, NR.statx, AT_FDCWD, pathArgument(path), flags, STATX_WANTED, bytes);
    return options.bigint ? decodeBigStatx(bytes) : decodeStatx(bytes);
  }

  async readlink(path: Path, options: {encoding: 'buffer'} | 'buffer'): Promise<Buffer>;
  async readlink(path: Path, options?: {encoding?: BufferEncoding | null} | BufferEncoding | null): Promise<string>;
  async readlink(path: Path, options?: NameOptions | BufferEncoding | 'buffer' | null): Promise<string | Buffer> {
    const target = Buffer.alloc(PATH_MAX);
    const place = pathArgument(path);
    const length = await this.caller.call('readlink', path, NR.readlinkat, AT_FDCWD, place, target, PATH_MAX);
    return encoded(target.subarray(0, length), options);
  }

  /** The absolute path without symbolic links, "." and "..". */
  async realpath(path: Path, options: {encoding: 'buffer'} | 'buffer'): Promise<Buffer>;
  async realpath(path: Path, options?: {encoding?: BufferEncoding | null} | BufferEncoding | null): Promise<string>;
  async realpath(path: Path, options?: NameOptions | BufferEncoding | 'buffer' | null): Promise<string | Buffer> {
    return encoded(await realPath(this.caller, path), options);
  }

  /** @param mode R_OK, W_OK, X_OK of fs.constants; the kernel asks as root. */
  async access(path: Path, mode = 0): Promise<void> {
    await this.caller.call('access', path, NR.faccessat, AT_FDCWD, pathArgument(path), mode);
  }

  /** Entries in batches, in the file system's order: names as bytes, and with `stats` all that `ls -l` shows. */
  entries(path: Path, options: {stats?: boolean} = {}): AsyncGenerator<Entry[]> {
    return readDirectory(this.caller, path, options.stats ?? false);
  }

  /** As fs.promises.readdir: sorted by name, bytewise. */
  async readdir(
    path: Path,
    options: ReaddirOptions & {withFileTypes: true; encoding: 'buffer'},
  ): Promise<VolumeDirent<Buffer>[]>;
  async readdir(path: Path, options: ReaddirOptions & {withFileTypes: true}): Promise<VolumeDirent<string>[]>;
  async readdir(
    path: Path,
    options: (ReaddirOptions & {withFileTypes?: false; encoding: 'buffer'}) | 'buffer',
  ): Promise<Buffer[]>;
  async readdir(
    path: Path,
    options?: (ReaddirOptions & {withFileTypes?: false}) | BufferEncoding | null,
  ): Promise<string[]>;
  async readdir(
    path: Path,
    options?: ReaddirOptions | BufferEncoding | 'buffer' | null,
  ): Promise<string[] | Buffer[] | Dirents> {
    const given: ReaddirOptions = typeof options === 'string' ? {encoding: options} : (options ?? {});
    const found = await this.collect(path, given.recursive ?? false);
    if (!given.withFileTypes) return found.map(({relative}) => encoded(relative, given)) as string[] | Buffer[];
    return found.map(({name, parent, type}) => new VolumeDirent(encoded(name, given), parent, type)) as Dirents;
  }

  private async collect(path: Path, recursive: boolean, prefix: Buffer = Buffer.alloc(0)) {
    const found: {name: Buffer; relative: Buffer; parent: Path; type: number}[] = [];
    for await (const batch of this.entries(path)) {
      for (const entry of batch) {
        found.push({
          name: entry.name,
          relative: prefix.length > 0 ? Buffer.concat([prefix, SLASH, entry.name]) : entry.name,
          parent: path,
          type: await this.typeOf(path, entry),
        });
      }
    }
    found.sort((a, b) => Buffer.compare(a.name, b.name));
    if (!recursive) return found;
    const all: typeof found = [];
    for (const entry of found) {
      all.push(entry);
      if (entry.type === S_IFDIR) all.push(...(await this.collect(joinPath(path, entry.name), true, entry.relative)));
    }
    return all;
  }

  /** Some drivers do not know the type without reading the inode. */
  private async typeOf(directory: Path, entry: Entry): Promise<number> {
    return entry.type || Number((await this.lstat(joinPath(directory, entry.name))).mode) & S_IFMT;
  }

  /** As fs.promises.opendir: read(), close(), or `for await (const entry of await volume.opendir(path))`. */
  async opendir(path: Path): Promise<VolumeDir> {
    const batches = readDirectory(this.caller, path, false, 'opendir');
    // The first batch is awaited here, so that a missing directory rejects where it does in Node.
    const first = await batches.next();
    return new VolumeDir(path, first.done ? [] : first.value, batches, (parent, entry) => this.typeOf(parent, entry));
  }

  /** Of a file handle: from where it is. */
  async readFile(
    path: Path | FileHandle,
    options: BufferEncoding | (ReadFileOptions & {encoding: BufferEncoding; flag?: OpenFlag | number}),
  ): Promise<string>;
  async readFile(
    path: Path | FileHandle,
    options?: (ReadFileOptions & {encoding?: null; flag?: OpenFlag | number}) | null,
  ): Promise<Buffer>;
  async readFile(
    path: Path | FileHandle,
    options?: BufferEncoding | (ReadFileOptions & {flag?: OpenFlag | number}) | null,
  ): Promise<Buffer | string> {
    const given = typeof options === 'string' ? {encoding: options} : (options ?? {});
    const {flag = 'r', signal}: {flag?: OpenFlag | number; signal?: AbortSignal} = given;
    throwIfAborted(signal);
    if (path instanceof FileHandle) return path.readFile(given);
    return this.withFile(path, openFlags(flag), (handle) => handle.readFile(given));
  }

  /** Node's own ReadStream: opens at once, and closes at the end. */
  createReadStream(path: Path, options: ReadStreamOptions = {}): ReadStream {
    return readStream(path, () => this.open(path), options);
  }

  async statfs(path: Path = '/'): Promise<VolumeStatFs> {
    const bytes = Buffer.alloc(STATFS_SIZE);
    await this.caller.call('statfs', path, NR.statfs, pathArgument(path), bytes);
    return decodeStatfs(bytes);
  }
}
