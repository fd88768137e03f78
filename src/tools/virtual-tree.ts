// SPDX-License-Identifier: GPL-2.0-only
// The whole file system of a sandboxed program: the disks, the files that were handed in, and /tmp, which is memory
// and ends with the program, and a few devices. Nothing in it leads to the host's files.
import type {DirectoryNode, Entry, FileNode, OpenHow, Stat} from './nodes.ts';
import {Errno, FileType, Refused} from './preview1.ts';

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
/** Temporary files together. */
const SCRATCH_BYTES = 64 * 1024 * 1024;
const SCRATCH = 'tmp';

/** Inode numbers and the time that all files of one tree show. */
export interface Origin {
  nextInode(): number;
  /** ns since 1970 */
  time: bigint;
}

/** What is left for temporary files. */
interface Budget {
  bytes: number;
}

export class MemoryFile implements FileNode {
  readonly type = FileType.REGULAR_FILE;
  readonly seekable = true;
  readonly #inode: number;
  readonly #time: bigint;
  readonly #budget: Budget | undefined;
  #bytes: Uint8Array;
  #size: number;

  /** @param budget without one, it is read-only */
  constructor(origin: Origin, bytes: Uint8Array, budget?: Budget) {
    this.#inode = origin.nextInode();
    this.#time = origin.time;
    this.#bytes = bytes;
    this.#size = bytes.length;
    this.#budget = budget;
  }

  get writable(): boolean {
    return this.#budget !== undefined;
  }

  stat(): Stat {
    const mode = S_IFREG | (this.writable ? 0o600 : 0o444);
    const times = {atime: this.#time, mtime: this.#time, ctime: this.#time};
    return {type: this.type, inode: this.#inode, mode, links: 1, size: this.#size, ...times};
  }

  read(position: number, target: Uint8Array): number {
    const part = this.#bytes.subarray(Math.min(position, this.#size), Math.min(position + target.length, this.#size));
    target.set(part);
    return part.length;
  }

  write(position: number, source: Uint8Array): number {
    this.#grow(position + source.length);
    this.#bytes.set(source, position);
    return source.length;
  }

  discard(position: number, length: number): void {
    this.#bytes.fill(0, position, Math.min(position + length, this.#size));
  }

  resize(size: number): void {
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    if (size > this.#size) this.#grow(size);
    this.#size = size;
  }

  allocate(position: number, length: number): void {
    this.#grow(position + length);
  }

  /** Its room is there again for others. */
  drop(): void {
    if (this.#budget) this.#budget.bytes += this.#bytes.length;
  }

  #grow(size: number): void {
    if (!this.#budget) throw new Refused(Errno.ROFS);
    if (size > this.#bytes.length) {
      const room = Math.max(size, Math.min(this.#bytes.length * 2, this.#bytes.length + this.#budget.bytes));
      if (room - this.#bytes.length > this.#budget.bytes) throw new Refused(Errno.NOSPC);
      this.#budget.bytes -= room - this.#bytes.length;
      const larger = new Uint8Array(room);
      larger.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = larger;
    }
    this.#size = Math.max(this.#size, size);
  }
}

class Folder {
  readonly entries = new Map<string, Folder | FileNode>();
  readonly inode: number;

  constructor(origin: Origin) {
    this.inode = origin.nextInode();
  }
}

export class VirtualTree implements DirectoryNode {
  readonly type = FileType.DIRECTORY;
  readonly seekable = true;
  readonly #origin: Origin;
  readonly #top: Folder;
  readonly #folder: Folder;
  readonly #scratch: Budget;

  private constructor(origin: Origin, top: Folder, folder: Folder, scratch: Budget) {
    this.#origin = origin;
    this.#top = top;
    this.#folder = folder;
    this.#scratch = scratch;
  }

  /** @param files by their absolute paths */
  static of(origin: Origin, files: Iterable<readonly [string, FileNode]>): VirtualTree {
    const top = new Folder(origin);
    top.entries.set(SCRATCH, new Folder(origin));
    for (const [path, node] of files) {
      const names = path.split('/').filter(Boolean);
      const name = names.pop();
      if (name === undefined) throw new RangeError(`not the path of a file: '${path}'`);
      let folder = top;
      for (const step of names) {
        const below = folder.entries.get(step) ?? new Folder(origin);
        if (!(below instanceof Folder)) throw new RangeError(`'${path}' lies below a file`);
        folder.entries.set(step, below);
        folder = below;
      }
      folder.entries.set(name, node);
    }
    return new VirtualTree(origin, top, top, {bytes: SCRATCH_BYTES});
  }

  /** The folder that holds the last name of a path, and that name ('.' for the folder itself). */
  #walk(path: string): {folder: Folder; name: string} {
    const start = path.startsWith('/') ? this.#top : this.#folder;
    const trail = [start];
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    const last = names.at(-1);
    const name = last === undefined || last === '..' ? '.' : names.pop()!;
    for (const step of names) {
      if (step === '..') {
        if (trail.length === 1) throw new Refused(Errno.NOTCAPABLE);
        trail.pop();
        continue;
      }
      const below = trail.at(-1)!.entries.get(step);
      if (!below) throw new Refused(Errno.NOENT);
      if (!(below instanceof Folder)) throw new Refused(Errno.NOTDIR);
      trail.push(below);
    }
    return {folder: trail.at(-1)!, name};
  }

  #find(path: string): Folder | FileNode {
    const {folder, name} = this.#walk(path);
    const found = name === '.' ? folder : folder.entries.get(name);
    if (!found) throw new Refused(Errno.NOENT);
    if (path.endsWith('/') && !(found instanceof Folder)) throw new Refused(Errno.NOTDIR);
    return found;
  }

  #isScratch(folder: Folder): boolean {
    return folder === this.#top.entries.get(SCRATCH);
  }

  open(path: string, how: OpenHow): FileNode {
    const {folder, name} = this.#walk(path);
    const found = name === '.' ? folder : folder.entries.get(name);
    if (!found) return this.#create(folder, name, how);
    if (how.create && how.exclusive) throw new Refused(Errno.EXIST);
    if (found instanceof Folder) {
      if (how.write) throw new Refused(Errno.ISDIR);
      return new VirtualTree(this.#origin, this.#top, found, this.#scratch);
    }
    if (how.directory || path.endsWith('/')) throw new Refused(Errno.NOTDIR);
    const changes = how.write || how.truncate;
    if (changes && 'writable' in found && !found.writable) throw new Refused(Errno.ROFS);
    if (how.truncate) truncate(found);
    return found;
  }

  #create(folder: Folder, name: string, how: OpenHow): FileNode {
    if (!how.create) throw new Refused(Errno.NOENT);
    if (!this.#isScratch(folder)) throw new Refused(Errno.ROFS);
    const file = new MemoryFile(this.#origin, new Uint8Array(0), this.#scratch);
    folder.entries.set(name, file);
    return file;
  }

  stat(): Stat {
    return this.#folderStat(this.#folder);
  }

  #folderStat(folder: Folder): Stat {
    const {time} = this.#origin;
    const mode = S_IFDIR | (this.#isScratch(folder) ? 0o1777 : 0o755);
    return {type: this.type, inode: folder.inode, mode, links: 2, size: 4096, atime: time, mtime: time, ctime: time};
  }

  statOf(path: string): Stat {
    const found = this.#find(path);
    return found instanceof Folder ? this.#folderStat(found) : found.stat();
  }

  entries(): Entry[] {
    return [...this.#folder.entries].map(([name, entry]) => {
      if (entry instanceof Folder) return {name, inode: entry.inode, type: FileType.DIRECTORY};
      return {name, inode: entry.stat().inode, type: entry.type};
    });
  }

  unlink(path: string): void {
    const found = this.#find(path);
    const {folder, name} = this.#walk(path);
    if (found instanceof Folder) throw new Refused(Errno.ISDIR);
    if (!this.#isScratch(folder)) throw new Refused(Errno.ROFS);
    folder.entries.delete(name);
    // A descriptor may still be open: the room then comes back a little early.
    if (found instanceof MemoryFile) found.drop();
  }
}

/** O_TRUNC: a disk keeps its size and loses its content. */
function truncate(node: FileNode): void {
  if (node instanceof MemoryFile) node.resize(0);
  else node.discard?.(0, node.stat().size);
}
