// SPDX-License-Identifier: GPL-2.0-only
// What a descriptor of a sandboxed program can lead to. The host (host.ts) knows no more of files than these two
// interfaces; whatever is refused is a `Refused` with its error number.

/** As stat(2) tells it. */
export interface Stat {
  /** preview 1 filetype */
  type: number;
  inode: number;
  /** st_mode: type and permission bits, which preview 1 has no room for. */
  mode: number;
  links: number;
  /** bytes */
  size: number;
  /** ns since 1970 */
  atime: bigint;
  mtime: bigint;
  ctime: bigint;
}

/** New times in ns since 1970; undefined stays. */
export interface NewTimes {
  atime?: bigint;
  mtime?: bigint;
}

export interface FileNode {
  /** preview 1 filetype */
  readonly type: number;
  /** Has a position: everything but pipes and terminals. */
  readonly seekable: boolean;
  stat(): Stat;
  /** @returns bytes read, 0 at the end; what is not seekable ignores the position */
  read?(position: number, target: Uint8Array): number;
  /** @returns bytes written, at least one */
  write?(position: number, source: Uint8Array): number;
  /** The range reads as zeroes afterwards, and takes no room where that can be had. */
  discard?(position: number, length: number): void;
  resize?(size: number): void;
  /** Room for the range; makes the file longer where need be. */
  allocate?(position: number, length: number): void;
  setTimes?(times: NewTimes): void;
  /** To stable storage. */
  sync?(): void;
  /** True as soon as read() would not block, false after so many milliseconds; without it nothing ever blocks. */
  wait?(timeout: number): boolean;
  /** The last descriptor is gone. */
  close?(): void;
}

export interface OpenHow {
  read: boolean;
  write: boolean;
  create: boolean;
  exclusive: boolean;
  truncate: boolean;
  directory: boolean;
  append: boolean;
  /** A symbolic link at the end of the path. */
  follow: boolean;
}

export interface Entry {
  name: string;
  inode: number;
  /** preview 1 filetype */
  type: number;
}

/** Paths are as the program gives them, relative to this directory: an implementation keeps them inside. */
export interface DirectoryNode extends FileNode {
  open(path: string, how: OpenHow): FileNode;
  statOf(path: string, follow: boolean): Stat;
  entries(): Entry[];
  unlink?(path: string): void;
  makeDirectory?(path: string): void;
  removeDirectory?(path: string): void;
  rename?(path: string, to: DirectoryNode, target: string): void;
  link?(path: string, follow: boolean, to: DirectoryNode, target: string): void;
  symlink?(target: string, path: string): void;
  readlink?(path: string): string;
  setTimesOf?(path: string, follow: boolean, times: NewTimes): void;
}

export function isDirectory(node: FileNode): node is DirectoryNode {
  return 'entries' in node;
}
