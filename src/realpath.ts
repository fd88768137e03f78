// SPDX-License-Identifier: GPL-2.0-only
// A path with every symbolic link resolved, one name after the other: the kernel tells paths only of a process's own.
import {pathArgument, type Caller, type Path} from './caller.ts';
import {describeErrno} from './errno.ts';
import {systemError} from './errors.ts';
import {AT_FDCWD, AT_SYMLINK_NOFOLLOW, NR, PATH_MAX, S_IFDIR, S_IFLNK, S_IFMT, STATX_WANTED} from './syscalls.ts';
import {decodeStatx, STATX_SIZE} from './statx.ts';

const [ENOTDIR, ELOOP] = [20, 40];

/** MAXSYMLINKS of include/linux/namei.h */
const LINKS = 40;

/** Names as latin1, in which every byte is a character. */
export async function realPath(caller: Caller, path: Path): Promise<Buffer> {
  pathArgument(path);
  const fail = (errno: number) => systemError(errno, 'realpath', path);
  const names = (bytes: Buffer) =>
    bytes
      .toString('latin1')
      .split('/')
      .filter((name) => name !== '' && name !== '.');
  const bytes = Buffer.from(path as string);
  let found: string[] = [];
  const left = names(bytes).reverse();
  let mustBeDirectory = bytes.at(-1) === 0x2f;
  let links = 0;
  while (left.length > 0) {
    const name = left.pop()!;
    if (name === '..') {
      found.pop();
      continue;
    }
    const at = Buffer.from(`/${[...found, name].join('/')}`, 'latin1');
    const mode = await modeOf(caller, at, fail);
    if ((mode & S_IFMT) === S_IFLNK) {
      if (++links > LINKS) throw fail(ELOOP);
      const target = Buffer.alloc(PATH_MAX);
      const length = await caller.syscall(NR.readlinkat, AT_FDCWD, pathArgument(at), target, PATH_MAX);
      if (length < 0) throw fail(length);
      const text = target.subarray(0, length);
      if (text[0] === 0x2f) found = [];
      if (left.length === 0 && text.at(-1) === 0x2f) mustBeDirectory = true;
      left.push(...names(text).reverse());
      continue;
    }
    if ((mode & S_IFMT) !== S_IFDIR && (left.length > 0 || mustBeDirectory)) throw fail(ENOTDIR);
    found.push(name);
  }
  return Buffer.from(`/${found.join('/')}`, 'latin1');
}

async function modeOf(caller: Caller, path: Buffer, fail: (errno: number) => Error): Promise<number> {
  const bytes = Buffer.alloc(STATX_SIZE);
  const flags = AT_SYMLINK_NOFOLLOW;
  const result = await caller.syscall(NR.statx, AT_FDCWD, pathArgument(path), flags, STATX_WANTED, bytes);
  if (result < 0) throw fail(result);
  return decodeStatx(bytes).mode;
}

/** True for the error of a path of which a part is not there. */
export function isMissing(error: unknown): boolean {
  const {errno} = error as {errno?: number};
  return errno !== undefined && ['ENOENT', 'ENOTDIR'].includes(describeErrno(errno).code);
}
