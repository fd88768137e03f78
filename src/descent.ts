// SPDX-License-Identifier: GPL-2.0-only
// The way down a tree, by descriptors: no path grows too long, and no link that appears meanwhile is followed.
import type {Caller, Path} from './caller.ts';
import {decodeEntries, type Entry} from './dirents.ts';
import {systemError} from './errors.ts';
import {decodeBigStatx, STATX_SIZE} from './statx.ts';
import {AT_EMPTY_PATH, AT_FDCWD, NR, O_DIRECTORY, O_NOFOLLOW, O_RDONLY, STATX_WANTED} from './syscalls.ts';

/** Directories that are open at a time; those above are found again through "..". */
const OPEN = 32;

const BATCH = 1024;

const ESTALE = 116;

const SLASH = Buffer.from('/');

export class Directory {
  fd: number | undefined;
  /** Told by the file system, to know it again. */
  identity: string | undefined;

  constructor(
    fd: number,
    /** From the top, empty for the top itself. */
    readonly path: Buffer,
  ) {
    this.fd = fd;
  }

  pathOf(name: Buffer): Buffer {
    return this.path.length > 0 ? Buffer.concat([this.path, SLASH, name]) : Buffer.from(name);
  }
}

export class Descent {
  private readonly directories: Directory[] = [];

  private constructor(
    private readonly caller: Caller,
    /** Of the operation, in errors. */
    private readonly name: string,
    private readonly top: Path,
    /** Told before a directory is closed for a while. */
    private readonly onClose: (directory: Directory) => Promise<void>,
  ) {}

  static async start(
    caller: Caller,
    name: string,
    top: Path,
    {
      follow = true,
      onClose = async () => {},
    }: {follow?: boolean; onClose?: (directory: Directory) => Promise<void>} = {},
  ): Promise<Descent> {
    const descent = new Descent(caller, name, top, onClose);
    const fd = await caller.open(AT_FDCWD, top, O_RDONLY | O_DIRECTORY | (follow ? 0 : O_NOFOLLOW));
    if (fd < 0) throw systemError(fd, name, top);
    descent.directories.push(new Directory(fd, Buffer.alloc(0)));
    return descent;
  }

  get current(): Directory {
    return this.directories.at(-1)!;
  }

  get depth(): number {
    return this.directories.length;
  }

  /** A system call about `entry` of the current directory, with its path in the error. */
  async call(entry: Buffer, nr: number, ...args: Parameters<Caller['addon']['syscall']>[2][]): Promise<number> {
    const result = await this.caller.syscall(nr, this.current.fd!, ...args);
    if (result < 0) throw this.failure(result, entry);
    return result;
  }

  failure(errno: number, entry?: Buffer): Error {
    const path = entry ? this.current.pathOf(entry) : this.current.path;
    const top = Buffer.from(this.top as string);
    const whole = path.length === 0 ? top : Buffer.concat([top, ...(top.at(-1) === 0x2f ? [] : [SLASH]), path]);
    return systemError(errno, this.name, typeof this.top === 'string' ? whole.toString() : whole);
  }

  /** Further entries of a directory that is open; empty at its end. */
  async list(stats: boolean, directory = this.current): Promise<Entry[]> {
    const records = await this.caller.addon.list(this.caller.root, directory.fd!, stats, BATCH);
    const entries = decodeEntries(records, stats);
    const failed = entries.find((entry) => entry.name.length === 0);
    if (failed) throw this.failure(failed.errno);
    return entries;
  }

  async enter(name: Buffer): Promise<void> {
    const fd = await this.openBelow(name, O_NOFOLLOW);
    this.directories.push(new Directory(fd, this.current.pathOf(name)));
    const far = this.directories.at(-1 - OPEN);
    if (far?.fd === undefined) return;
    far.identity = await this.identify(far.fd);
    await this.onClose(far);
    await this.close(far);
  }

  /** To the directory above; false when that is the end. */
  async leave(): Promise<boolean> {
    const above = this.directories.at(-2);
    if (above && above.fd === undefined) {
      const fd = await this.openBelow(Buffer.from('..'), 0);
      above.fd = fd;
      if ((await this.identify(fd)) !== above.identity) throw this.failure(-ESTALE);
    }
    await this.close(this.directories.pop()!);
    return above !== undefined;
  }

  async end(): Promise<void> {
    while (this.directories.length > 0) await this.close(this.directories.pop()!);
  }

  private async openBelow(name: Buffer, flags: number): Promise<number> {
    const fd = await this.caller.open(this.current.fd!, name, O_RDONLY | O_DIRECTORY | flags);
    if (fd < 0) throw this.failure(fd, name);
    return fd;
  }

  private async identify(fd: number): Promise<string> {
    const bytes = Buffer.alloc(STATX_SIZE);
    const result = await this.caller.syscall(NR.statx, fd, '', AT_EMPTY_PATH, STATX_WANTED, bytes);
    if (result < 0) throw this.failure(result);
    const {dev, ino} = decodeBigStatx(bytes);
    return `${dev}:${ino}`;
  }

  private async close(directory: Directory): Promise<void> {
    if (directory.fd === undefined) return;
    const {fd} = directory;
    directory.fd = undefined;
    await this.caller.release(fd);
  }
}
