// SPDX-License-Identifier: GPL-2.0-only
// What fs.promises has no words for: extended attributes and inode flags.
import {pathArgument, type Path} from './caller.ts';
import {systemError} from './errors.ts';
import type {FileHandle} from './file-handle.ts';
import {FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, NR, O_RDONLY, XATTR_MAX} from './syscalls.ts';
import {VolumeWriter} from './volume-write.ts';

const [ENOTTY, EOPNOTSUPP] = [25, 95];

export interface FollowOptions {
  /** Of a symbolic link: what it leads to. Default true. */
  follow?: boolean;
}

export interface SetXattrOptions extends FollowOptions {
  /** It must not be there yet, or it must. Default: either. */
  flag?: 'create' | 'replace';
}

const SET_FLAGS = {create: 1, replace: 2} as const;

export abstract class VolumeAttributes extends VolumeWriter {
  /** Value of an extended attribute ("user.name"). ENODATA when it has none of that name. */
  async getxattr(path: Path, name: Path, {follow = true}: FollowOptions = {}): Promise<Buffer> {
    const value = Buffer.alloc(XATTR_MAX);
    const nr = follow ? NR.getxattr : NR.lgetxattr;
    const length = await this.caller.call(
      'getxattr',
      path,
      nr,
      pathArgument(path),
      pathArgument(name),
      value,
      XATTR_MAX,
    );
    return value.subarray(0, length);
  }

  /** Their names, sorted. */
  async listxattr(path: Path, options: FollowOptions & {encoding: 'buffer'}): Promise<Buffer[]>;
  async listxattr(path: Path, options?: FollowOptions & {encoding?: BufferEncoding | null}): Promise<string[]>;
  async listxattr(
    path: Path,
    {follow = true, encoding}: FollowOptions & {encoding?: BufferEncoding | 'buffer' | null} = {},
  ): Promise<string[] | Buffer[]> {
    const names = Buffer.alloc(XATTR_MAX);
    const nr = follow ? NR.listxattr : NR.llistxattr;
    const length = await this.caller.call('listxattr', path, nr, pathArgument(path), names, XATTR_MAX);
    const found: Buffer[] = [];
    for (let at = 0; at < length;) {
      const end = names.indexOf(0, at);
      found.push(names.subarray(at, end));
      at = end + 1;
    }
    found.sort(Buffer.compare);
    return encoding === 'buffer' ? found : found.map((name) => name.toString(encoding ?? 'utf8'));
  }

  async setxattr(
    path: Path,
    name: Path,
    value: string | Uint8Array,
    {follow = true, flag}: SetXattrOptions = {},
  ): Promise<void> {
    const caller = this.writer('setxattr', path);
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    const nr = follow ? NR.setxattr : NR.lsetxattr;
    const flags = flag ? SET_FLAGS[flag] : 0;
    await caller.call('setxattr', path, nr, pathArgument(path), pathArgument(name), bytes, bytes.length, flags);
  }

  async removexattr(path: Path, name: Path, {follow = true}: FollowOptions = {}): Promise<void> {
    const caller = this.writer('removexattr', path);
    const nr = follow ? NR.removexattr : NR.lremovexattr;
    await caller.call('removexattr', path, nr, pathArgument(path), pathArgument(name));
  }

  /** Inode flags of files and directories (FS_*_FL of include/uapi/linux/fs.h, as lsattr(1) shows them). */
  async getFlags(path: Path): Promise<number> {
    const flags = Buffer.alloc(8);
    const ask = ({fd}: FileHandle) => this.ioctl('getflags', path, fd, FS_IOC_GETFLAGS, flags);
    await this.withFile(path, O_RDONLY, ask, {name: 'getflags'});
    return flags.readUInt32LE(0);
  }

  async setFlags(path: Path, flags: number): Promise<void> {
    this.writer('setflags', path);
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(flags >>> 0, 0);
    const set = ({fd}: FileHandle) => this.ioctl('setflags', path, fd, FS_IOC_SETFLAGS, bytes);
    await this.withFile(path, O_RDONLY, set, {name: 'setflags'});
  }

  private async ioctl(name: string, path: Path, fd: number, request: number, argument: Buffer): Promise<void> {
    const result = await this.caller.syscall(NR.ioctl, fd, request, argument);
    // A driver without flags does not know the request.
    if (result < 0) throw systemError(result === -ENOTTY ? -EOPNOTSUPP : result, name, path);
  }
}
