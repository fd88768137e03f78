// SPDX-License-Identifier: GPL-2.0-only
// copyFile() within a volume: the kernel moves the bytes, or shares them where the file system can.
import {pathArgument, type Caller, type Path} from './caller.ts';
import {argumentError, systemError} from './errors.ts';
import {decodeStatx, STATX_SIZE} from './statx.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  FICLONE,
  NR,
  O_CREAT,
  O_EXCL,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
  S_IFDIR,
  S_IFMT,
  SEEK_DATA,
  SEEK_HOLE,
  STATX_WANTED,
} from './syscalls.ts';

/** COPYFILE_EXCL, COPYFILE_FICLONE, COPYFILE_FICLONE_FORCE of fs.constants */
const [EXCLUSIVE, CLONE, CLONE_FORCE] = [1, 2, 4];

const [EIO, ENXIO, EISDIR, EINVAL] = [5, 6, 21, 22];

/** Of one call: others wait no longer than this takes. */
const STEP = 16 * 1024 * 1024;

export async function copyFile(caller: Caller, from: Path, to: Path, mode: number): Promise<void> {
  if (!Number.isInteger(mode) || mode < 0 || mode > 7) throw argumentError(`copyFile has no mode ${mode}`);
  const copy = new Copy(caller, from, to);
  const source = await copy.open(from, O_RDONLY, 0);
  try {
    const stats = await copy.stat(source);
    if ((stats.mode & S_IFMT) === S_IFDIR) throw copy.failure(EISDIR);
    const create = O_WRONLY | O_CREAT | (mode & EXCLUSIVE ? O_EXCL : 0);
    const target = await copy.open(to, create, stats.mode & 0o7777);
    try {
      const there = await copy.stat(target);
      // Emptying it would be the loss of the only copy.
      const itself = there.ino === stats.ino && there.dev === stats.dev;
      if (!itself) await copy.fill(source, target, stats, mode);
    } catch (error) {
      await caller.release(target);
      // Half a copy would look like a whole one.
      await caller.syscall(NR.unlinkat, AT_FDCWD, pathArgument(to), 0);
      throw error;
    }
    const closed = await caller.release(target);
    if (closed < 0) throw copy.failure(closed);
  } finally {
    await caller.release(source);
  }
}

class Copy {
  constructor(
    private readonly caller: Caller,
    private readonly from: Path,
    private readonly to: Path,
  ) {}

  failure(errno: number): Error {
    return systemError(errno, 'copyfile', this.from, {dest: this.to});
  }

  async open(path: Path, flags: number, mode: number): Promise<number> {
    const fd = await this.caller.open(AT_FDCWD, path, flags | O_NONBLOCK, mode);
    if (fd < 0) throw this.failure(fd);
    return fd;
  }

  call(nr: number, ...args: Parameters<Caller['addon']['syscall']>[2][]): Promise<number> {
    return this.caller.call2('copyfile', this.from, this.to, nr, ...args);
  }

  async stat(fd: number) {
    const bytes = Buffer.alloc(STATX_SIZE);
    await this.call(NR.statx, fd, '', AT_EMPTY_PATH, STATX_WANTED, bytes);
    return decodeStatx(bytes);
  }

  async fill(source: number, target: number, {mode: bits, size}: {mode: number; size: number}, mode: number) {
    await this.call(NR.fchmod, target, bits & 0o7777);
    await this.call(NR.ftruncate, target, 0);
    if (!(await this.clone(source, target, mode))) await this.content(source, target, size);
  }

  private async clone(source: number, target: number, mode: number): Promise<boolean> {
    if (!(mode & (CLONE | CLONE_FORCE))) return false;
    const result = await this.caller.syscall(NR.ioctl, target, FICLONE, source);
    if (result < 0 && mode & CLONE_FORCE) throw this.failure(result);
    return result >= 0;
  }

  private async content(source: number, target: number, size: number): Promise<void> {
    await this.call(NR.ftruncate, target, size);
    for (let at = 0; at < size;) {
      const data = await this.caller.syscall(NR.lseek, source, at, SEEK_DATA);
      if (data === -ENXIO) break;
      if (data < 0 && data !== -EINVAL) throw this.failure(data);
      const start = Math.max(data, at);
      const end = data < 0 ? size : await this.call(NR.lseek, source, start, SEEK_HOLE);
      await this.range(source, target, start, Math.min(end, size));
      at = end;
    }
  }

  private async range(source: number, target: number, start: number, end: number): Promise<void> {
    const offset = () => Buffer.alloc(8);
    const [input, output] = [offset(), offset()];
    for (let at = start; at < end;) {
      input.writeBigInt64LE(BigInt(at));
      output.writeBigInt64LE(BigInt(at));
      const length = Math.min(STEP, end - at);
      const done = await this.call(NR.copy_file_range, source, input, target, output, length, 0);
      // Shorter than it was: somebody else is at work on it.
      if (done === 0) throw this.failure(EIO);
      at += done;
    }
  }
}
