// SPDX-License-Identifier: GPL-2.0-only
// The half of a volume that changes: what fs.promises has for writing. Modes are exact: no umask is taken from them.
import type {WriteStream} from 'node:fs';
import {pathArgument, type Path} from './caller.ts';
import type {FileContent} from './content.ts';
import {copyFile} from './copy-file.ts';
import {argumentError, KdiskError, throwIfAborted} from './errors.ts';
import {FileHandle, type WriteFileOptions} from './file-handle.ts';
import {openFlags, type OpenFlag} from './open-flags.ts';
import {removeTree} from './remove.ts';
import {leaveRoom, whenRoom} from './room.ts';
import {writeStream, type WriteStreamOptions} from './streams.ts';
import {AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_NOFOLLOW, NR, O_RDWR} from './syscalls.ts';
import {modeArgument, timesArgument, timespecs, type Time, type TimesNs} from './times.ts';
import {DIRECTORY_MODE, FILE_MODE} from './volume-base.ts';
import {VolumeReader} from './volume-read.ts';

export interface CreateOptions extends WriteFileOptions {
  /** Of a file that is created. Default 0o644. */
  mode?: number | string;
  /** Default 'w', for appendFile 'a'. */
  flag?: OpenFlag | number;
}

export interface MkdirOptions {
  /** Parents too; what exists is no error. */
  recursive?: boolean;
  /** Default 0o755. */
  mode?: number | string;
}

export interface RmOptions {
  recursive?: boolean;
  /** What does not exist is no error. */
  force?: boolean;
  /** Looked at between entries: what is removed by then stays removed. */
  signal?: AbortSignal;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export abstract class VolumeWriter extends VolumeReader {
  /** Replaces the content, or with flag 'a' adds to it. `content` may be an iterable of pieces, or a stream. */
  async writeFile(
    path: Path | FileHandle,
    content: FileContent,
    options?: BufferEncoding | CreateOptions | null,
  ): Promise<void> {
    const given: CreateOptions = typeof options === 'string' ? {encoding: options} : (options ?? {});
    throwIfAborted(given.signal);
    if (path instanceof FileHandle) return path.writeFile(content, given);
    const mode = modeArgument(given.mode ?? FILE_MODE);
    return this.withFile(path, openFlags(given.flag ?? 'w'), (handle) => handle.writeFile(content, given), {mode});
  }

  async appendFile(
    path: Path | FileHandle,
    content: FileContent,
    options?: BufferEncoding | CreateOptions | null,
  ): Promise<void> {
    const given: CreateOptions = typeof options === 'string' ? {encoding: options} : (options ?? {});
    await this.writeFile(path, content, {flag: 'a', ...given});
  }

  /** Node's own WriteStream: opens at once, and closes at the end. */
  createWriteStream(
    path: Path,
    options: WriteStreamOptions & {flags?: OpenFlag | number; mode?: number} = {},
  ): WriteStream {
    const {flags = 'w', mode = FILE_MODE, ...rest} = options;
    return writeStream(path, () => this.open(path, flags, mode), rest);
  }

  /** Content alone, holes kept; the mode of a new file is that of the source. `mode` is COPYFILE_* of fs.constants. */
  async copyFile(from: Path, to: Path, mode = 0): Promise<void> {
    const caller = this.writer('copyfile', from, to);
    await whenRoom(() => copyFile(caller, from, to, mode));
    leaveRoom();
  }

  async truncate(path: Path, length = 0): Promise<void> {
    await this.withFile(path, O_RDWR, (handle) => handle.truncate(length));
  }

  /** @returns with `recursive` the first directory that was made, if any */
  async mkdir(path: string, options: MkdirOptions & {recursive: true}): Promise<string | undefined>;
  async mkdir(path: Buffer, options: MkdirOptions & {recursive: true}): Promise<Buffer | undefined>;
  async mkdir(path: Path, options?: number | string | MkdirOptions | null): Promise<Path | undefined>;
  async mkdir(path: Path, options?: number | string | MkdirOptions | null): Promise<Path | undefined> {
    const given: MkdirOptions =
      typeof options === 'object' ? (options ?? {}) : options === undefined ? {} : {mode: options};
    const mode = modeArgument(given.mode ?? DIRECTORY_MODE);
    const caller = this.writer('mkdir', path);
    const make = (directory: Path) =>
      caller.call('mkdir', directory, NR.mkdirat, AT_FDCWD, pathArgument(directory), mode);
    if (given.recursive) return this.makeParents(path, make);
    await make(path);
    return undefined;
  }

  private async makeParents(path: Path, make: (directory: Path) => Promise<unknown>): Promise<Path | undefined> {
    let first: Path | undefined;
    const missing: Path[] = [path];
    while (missing.length > 0) {
      const directory = missing.at(-1)!;
      try {
        await make(directory);
        first ??= directory;
      } catch (error) {
        const {code} = error as KdiskError;
        const parent = code === 'ENOENT' ? parentOf(directory) : undefined;
        if (parent !== undefined) {
          missing.push(parent);
          continue;
        }
        if (code !== 'EEXIST' || !(await this.stat(directory)).isDirectory()) throw error;
      }
      missing.pop();
    }
    return first;
  }

  /** A new directory for its owner alone: the prefix with six letters behind it, which is what it resolves with. */
  async mkdtemp(prefix: string): Promise<string> {
    const caller = this.writer('mkdtemp', `${prefix}XXXXXX`);
    for (let attempt = 1; ; attempt++) {
      const random = crypto.getRandomValues(new Uint8Array(6));
      const path = prefix + Array.from(random, (byte) => LETTERS[byte % LETTERS.length]).join('');
      try {
        await caller.call('mkdtemp', `${prefix}XXXXXX`, NR.mkdirat, AT_FDCWD, pathArgument(path), 0o700);
        return path;
      } catch (error) {
        if ((error as KdiskError).code !== 'EEXIST' || attempt === 100) throw error;
      }
    }
  }

  async unlink(path: Path): Promise<void> {
    await this.writer('unlink', path).call('unlink', path, NR.unlinkat, AT_FDCWD, pathArgument(path), 0);
  }

  async rmdir(path: Path): Promise<void> {
    await this.writer('rmdir', path).call('rmdir', path, NR.unlinkat, AT_FDCWD, pathArgument(path), AT_REMOVEDIR);
  }

  /** Removes a file, or with `recursive` a tree; symbolic links are removed, not followed. The first failure ends it. */
  async rm(path: Path, {recursive = false, force = false, signal}: RmOptions = {}): Promise<void> {
    throwIfAborted(signal);
    const caller = this.writer('rm', path);
    let isDirectory: boolean;
    try {
      isDirectory = (await this.lstat(path)).isDirectory();
    } catch (error) {
      if (force && (error as KdiskError).code === 'ENOENT') return;
      throw error;
    }
    if (isDirectory && !recursive) {
      const text = `Path is a directory: rm returned EISDIR (is a directory) ${Buffer.from(path as string).toString()}`;
      throw new KdiskError('ERR_FS_EISDIR', text, {errno: 21, syscall: 'rm', path});
    }
    if (isDirectory) await removeTree(caller, path, signal);
    else await this.unlink(path);
  }

  /** Within the volume; an existing file or empty directory of the new name is replaced. */
  async rename(from: Path, to: Path): Promise<void> {
    const caller = this.writer('rename', from, to);
    const [source, target] = [pathArgument(from), pathArgument(to)];
    await caller.call2('rename', from, to, NR.renameat2, AT_FDCWD, source, AT_FDCWD, target, 0);
  }

  /** A further name for a file (or a symbolic link, which is not followed). */
  async link(existing: Path, path: Path): Promise<void> {
    const caller = this.writer('link', existing, path);
    const [source, target] = [pathArgument(existing), pathArgument(path)];
    await caller.call2('link', existing, path, NR.linkat, AT_FDCWD, source, AT_FDCWD, target, 0);
  }

  /** `target` is stored as it is. */
  async symlink(target: Path, path: Path): Promise<void> {
    const caller = this.writer('symlink', target, path);
    await caller.call2('symlink', target, path, NR.symlinkat, pathArgument(target), AT_FDCWD, pathArgument(path));
  }

  /** A device, fifo or socket: `mode` has its type (S_IFBLK, S_IFCHR, S_IFIFO, S_IFSOCK) and permissions. */
  async mknod(path: Path, mode: number, device: {major: number; minor: number} = {major: 0, minor: 0}): Promise<void> {
    const {major, minor} = device;
    if (major < 0 || major >= 1 << 12 || minor < 0 || minor >= 1 << 20)
      throw argumentError(`no device has the numbers ${major}:${minor}; Linux has 0 to 4095 and 0 to 1048575`);
    // new_encode_dev() of include/linux/kdev_t.h
    const dev = (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
    await this.writer('mknod', path).call('mknod', path, NR.mknodat, AT_FDCWD, pathArgument(path), mode, dev >>> 0);
  }

  async chmod(path: Path, mode: number | string): Promise<void> {
    const bits = modeArgument(mode);
    await this.writer('chmod', path).call('chmod', path, NR.fchmodat, AT_FDCWD, pathArgument(path), bits);
  }

  /** Symbolic links have no mode of their own on Linux; refused, as Node does. */
  async lchmod(path: Path, mode: number | string): Promise<never> {
    void [path, mode];
    throw Object.assign(new Error('The lchmod() method is not implemented'), {code: 'ERR_METHOD_NOT_IMPLEMENTED'});
  }

  /** -1 leaves one of them as it is. */
  async chown(path: Path, uid: number, gid: number): Promise<void> {
    await this.setOwner('chown', path, uid, gid, 0);
  }

  async lchown(path: Path, uid: number, gid: number): Promise<void> {
    await this.setOwner('lchown', path, uid, gid, AT_SYMLINK_NOFOLLOW);
  }

  private async setOwner(name: string, path: Path, uid: number, gid: number, flags: number): Promise<void> {
    for (const id of [uid, gid])
      if (!Number.isInteger(id) || id < -1 || id > 0xffffffff)
        throw Object.assign(new RangeError(`an owner is a number from 0 to 4294967295, not ${id}`), {
          code: 'ERR_OUT_OF_RANGE',
        });
    await this.writer(name, path).call(name, path, NR.fchownat, AT_FDCWD, pathArgument(path), uid, gid, flags);
  }

  async utimes(path: Path, atime: Time, mtime: Time): Promise<void> {
    await this.setTimesAs('utime', path, timesArgument(atime, mtime), 0);
  }

  async lutimes(path: Path, atime: Time, mtime: Time): Promise<void> {
    await this.setTimesAs('lutime', path, timesArgument(atime, mtime), AT_SYMLINK_NOFOLLOW);
  }

  /** In nanoseconds; what is not given stays as it is. The file system rounds to what it can hold. */
  async setTimes(path: Path, times: TimesNs, {follow = true}: {follow?: boolean} = {}): Promise<void> {
    await this.setTimesAs('utime', path, times, follow ? 0 : AT_SYMLINK_NOFOLLOW);
  }

  private async setTimesAs(name: string, path: Path, times: TimesNs, flags: number): Promise<void> {
    const caller = this.writer(name, path);
    await caller.call(name, path, NR.utimensat, AT_FDCWD, pathArgument(path), timespecs(times), flags);
  }
}

/** Undefined when there is none but the root. */
function parentOf(path: Path): Path | undefined {
  const bytes = Buffer.from(path as string);
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0x2f) end--;
  while (end > 0 && bytes[end - 1] !== 0x2f) end--;
  while (end > 1 && bytes[end - 1] === 0x2f) end--;
  if (end === 0 || (end === 1 && bytes[0] === 0x2f)) return undefined;
  const parent = bytes.subarray(0, end);
  return typeof path === 'string' ? parent.toString() : parent;
}
