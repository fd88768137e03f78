// SPDX-License-Identifier: GPL-2.0-only
// What all parts of a volume stand on: the mount, the way to its system calls, and files that are open in it.
import type {Caller, Path} from './caller.ts';
import {closedError, systemError} from './errors.ts';
import {FileHandle} from './file-handle.ts';
import {syncFileSystem, unmount, type MountPoint} from './mount.ts';
import {changes, openFlags, type OpenFlag} from './open-flags.ts';
import type {Content} from './probe/index.ts';
import {leaveRoom, whenRoom} from './room.ts';
import {AT_FDCWD, O_CREAT, O_NONBLOCK} from './syscalls.ts';

const EROFS = 30;

/** Of new files and directories, where none is asked for: what Node makes under the usual umask of 022. */
export const FILE_MODE = 0o644;
export const DIRECTORY_MODE = 0o755;

const SLASH = Buffer.from('/');

/** Path of an entry: of the type that the directory's path has, unless the name needs bytes. */
export function joinPath(directory: Path, name: Path): Path {
  if (typeof directory === 'string' && typeof name === 'string')
    return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
  const [head, tail] = [Buffer.from(directory as string), Buffer.from(name as string)];
  return head.at(-1) === SLASH[0] ? Buffer.concat([head, tail]) : Buffer.concat([head, SLASH, tail]);
}

export abstract class VolumeBase implements AsyncDisposable {
  private readonly handles = new Set<FileHandle>();
  private closing: Promise<void> | undefined;

  /** Made by Image.volume(). */
  constructor(
    private readonly mounted: MountPoint,
    /** What the superblock says: type, label, UUID. */
    readonly content: Content,
    private readonly onClose: () => void = () => {},
  ) {}

  /** False unless the image was opened with {write: true} and the kernel can write to this type of file system. */
  get writable(): boolean {
    return this.mounted.writable;
  }

  protected get caller(): Caller {
    if (this.closing) throw closedError('the volume');
    return this.mounted.caller;
  }

  /** The way to the system calls of an open volume, for the parts of the library that are no method of it. */
  static callerOf(volume: VolumeBase): Caller {
    return volume.caller;
  }

  /** The same for a change. */
  static writerOf(volume: VolumeBase, name: string): Caller {
    return volume.writer(name);
  }

  /** The caller of a change; throws EROFS, in the words of `name`, when nothing can be changed. */
  protected writer(name: string, path?: Path, dest?: Path): Caller {
    const {caller} = this;
    if (this.writable) return caller;
    throw systemError(EROFS, name, path, {note: this.mounted.readOnlyBecause, ...(dest === undefined ? {} : {dest})});
  }

  /**
   * Opens a file; fifos and devices are never waited for.
   * @param flags as in Node ('r', 'r+', 'w', 'wx', 'a', ...), or O_* of Linux
   * @param mode of a file that is created: exactly, there is no umask
   */
  async open(path: Path, flags: OpenFlag | number = 'r', mode: number = FILE_MODE): Promise<FileHandle> {
    return this.openAs('open', path, openFlags(flags), mode);
  }

  private async openAs(name: string, path: Path, flags: number, mode: number): Promise<FileHandle> {
    const caller = changes(flags) ? this.writer(name, path) : this.caller;
    // A fifo inside the image has no other end: without O_NONBLOCK the call would wait for ever.
    const fd = await caller.open(AT_FDCWD, path, flags | O_NONBLOCK, flags & O_CREAT ? mode : 0);
    if (fd < 0) throw systemError(fd, name, path);
    const handle = new FileHandle(caller, fd, path, flags, (closed) => this.handles.delete(closed));
    this.handles.add(handle);
    return handle;
  }

  /**
   * Opens a file for as long as `body` runs; any number of these may be begun at once. An error of the body is told
   * before one of the close.
   */
  protected async withFile<T>(
    path: Path,
    flags: number,
    body: (handle: FileHandle) => Promise<T>,
    {name = 'open', mode = FILE_MODE} = {},
  ): Promise<T> {
    const handle = await whenRoom(() => this.openAs(name, path, flags, mode));
    try {
      let result: T;
      try {
        result = await body(handle);
      } catch (error) {
        await handle.close().catch(() => {});
        throw error;
      }
      await handle.close();
      return result;
    } finally {
      leaveRoom();
    }
  }

  /** All changes so far are in the image when it resolves; rejects when some could not be written. */
  async sync(): Promise<void> {
    if (this.writable) await syncFileSystem(this.caller);
    else void this.caller;
  }

  /** Closes what is open in it, writes what is left, and unmounts. Again and again without harm. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      const closed = await Promise.allSettled([...this.handles].map((handle) => handle.close()));
      try {
        await unmount(this.mounted);
      } finally {
        this.onClose();
      }
      for (const result of closed) if (result.status === 'rejected') throw result.reason;
    })();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
