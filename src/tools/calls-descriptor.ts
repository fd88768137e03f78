// SPDX-License-Identifier: GPL-2.0-only
// The fd_* functions of preview 1.
import {type Calls, safeNumber} from './calls.ts';
import type {Descriptor} from './descriptors.ts';
import type {WasiHost} from './host.ts';
import {isDirectory, type Stat} from './nodes.ts';
import {Errno, FdFlags, FileType, Refused, Rights, SetTimes, Whence} from './preview1.ts';

const DEVICE = 1n;
const STAT_BYTES = 64;
const DIRENT_BYTES = 24;

/** filestat, which has no mode. */
export function writeStat(host: WasiHost, address: number, stat: Stat): void {
  host.memory.bytes(address, STAT_BYTES).fill(0);
  const {view} = host.memory;
  const at = address >>> 0;
  view.setBigUint64(at, DEVICE, true);
  view.setBigUint64(at + 8, BigInt(stat.inode), true);
  view.setUint8(at + 16, stat.type);
  view.setBigUint64(at + 24, BigInt(stat.links), true);
  view.setBigUint64(at + 32, BigInt(stat.size), true);
  view.setBigUint64(at + 40, stat.atime, true);
  view.setBigUint64(at + 48, stat.mtime, true);
  view.setBigUint64(at + 56, stat.ctime, true);
}

/** The times of a call that sets them, after fstflags. */
export function newTimes(host: WasiHost, atime: bigint, mtime: bigint, flags: number) {
  const now = host.options.time.real();
  const time = (given: number, current: number, value: bigint) =>
    flags & current ? now : flags & given ? BigInt.asUintN(64, value) : undefined;
  const access = time(SetTimes.ATIM, SetTimes.ATIM_NOW, atime);
  const change = time(SetTimes.MTIM, SetTimes.MTIM_NOW, mtime);
  return {...(access === undefined ? {} : {atime: access}), ...(change === undefined ? {} : {mtime: change})};
}

type Direction = 'read' | 'write';

/** One piece. */
function move(descriptor: Descriptor, direction: Direction, position: number, piece: Uint8Array): number {
  const {node} = descriptor;
  if (isDirectory(node)) throw new Refused(Errno.ISDIR);
  const done = direction === 'read' ? node.read?.(position, piece) : node.write?.(position, piece);
  if (done === undefined) throw new Refused(Errno.BADF);
  return done;
}

/** All pieces in turn, until one is not moved whole; an error after the first bytes is left to the next call. */
function moveAll(descriptor: Descriptor, direction: Direction, position: number, pieces: Uint8Array[]): number {
  if (!descriptor[direction]) throw new Refused(Errno.BADF);
  let total = 0;
  for (const piece of pieces) {
    if (piece.length === 0) continue;
    let done: number;
    try {
      done = move(descriptor, direction, position + total, piece);
    } catch (error) {
      if (total > 0 && error instanceof Refused) break;
      throw error;
    }
    total += done;
    if (done < piece.length) break;
  }
  if (direction === 'write' && descriptor.flags & (FdFlags.SYNC | FdFlags.DSYNC)) descriptor.node.sync?.();
  return total;
}

function seekable(descriptor: Descriptor): Descriptor {
  if (!descriptor.node.seekable) throw new Refused(Errno.SPIPE);
  return descriptor;
}

export function descriptorCalls(host: WasiHost): Calls {
  const {memory, descriptors} = host;

  /** At the descriptor's own position, which moves. */
  const stream = (direction: Direction) => (fd: number, vectors: number, count: number, result: number) => {
    const descriptor = descriptors.get(fd);
    const append = direction === 'write' && descriptor.flags & FdFlags.APPEND && descriptor.node.seekable;
    if (append) descriptor.position = descriptor.node.stat().size;
    const done = moveAll(descriptor, direction, descriptor.position, memory.vectors(vectors, count));
    descriptor.position += done;
    memory.setUint32(result, done);
  };

  const at =
    (direction: Direction) => (fd: number, vectors: number, count: number, offset: bigint, result: number) => {
      const descriptor = seekable(descriptors.get(fd));
      memory.setUint32(result, moveAll(descriptor, direction, safeNumber(offset), memory.vectors(vectors, count)));
    };

  const sync = (fd: number) => descriptors.get(fd).node.sync?.();

  return {
    fd_read: stream('read'),
    fd_write: stream('write'),
    fd_pread: at('read'),
    fd_pwrite: at('write'),
    fd_sync: sync,
    fd_datasync: sync,

    fd_advise: (fd: number) => void seekable(descriptors.get(fd)),

    fd_allocate: (fd: number, offset: bigint, length: bigint) => {
      const {node, write} = descriptors.get(fd);
      if (!write) throw new Refused(Errno.BADF);
      if (!node.allocate) throw new Refused(Errno.NOTSUP);
      node.allocate(safeNumber(offset), safeNumber(length));
    },

    fd_close: (fd: number) => descriptors.close(fd),
    fd_renumber: (from: number, to: number) => descriptors.renumber(from, to),

    fd_seek: (fd: number, delta: bigint, whence: number, result: number) => {
      const descriptor = seekable(descriptors.get(fd));
      const starts = {
        [Whence.SET]: () => 0,
        [Whence.CUR]: () => descriptor.position,
        [Whence.END]: () => descriptor.node.stat().size,
      };
      const start = starts[whence as keyof typeof starts];
      if (!start) throw new Refused(Errno.INVAL);
      const position = safeNumber(BigInt(start()) + delta);
      memory.setUint64(result, BigInt(position));
      descriptor.position = position;
      // A directory that is read again from the start shows what is there now.
      delete descriptor.listing;
    },

    fd_tell: (fd: number, result: number) =>
      memory.setUint64(result, BigInt(seekable(descriptors.get(fd)).position)),

    fd_fdstat_get: (fd: number, result: number) => {
      const {node, read, write, flags} = descriptors.get(fd);
      const place = memory.bytes(result, 24);
      place.fill(0);
      place[0] = node.type;
      place[2] = flags;
      let rights = Rights.ALL;
      if (!isDirectory(node)) {
        if (!read) rights &= ~(Rights.READ | Rights.READDIR);
        if (!write) rights &= ~Rights.WRITE;
        // By their absence wasi-libc's isatty() tells a terminal from other devices.
        if (!node.seekable) rights &= ~(Rights.SEEK | Rights.TELL);
      }
      memory.setUint64((result >>> 0) + 8, rights);
      memory.setUint64((result >>> 0) + 16, Rights.ALL);
    },

    fd_fdstat_set_flags: (fd: number, flags: number) => {
      descriptors.get(fd).flags = flags & 0x1f;
    },
    fd_fdstat_set_rights: (fd: number) => void descriptors.get(fd),

    fd_filestat_get: (fd: number, result: number) => writeStat(host, result, descriptors.get(fd).node.stat()),

    fd_filestat_set_size: (fd: number, size: bigint) => {
      const {node, write} = descriptors.get(fd);
      if (!write || !node.resize) throw new Refused(Errno.INVAL);
      node.resize(safeNumber(size));
    },

    fd_filestat_set_times: (fd: number, atime: bigint, mtime: bigint, flags: number) =>
      descriptors.get(fd).node.setTimes?.(newTimes(host, atime, mtime, flags)),

    fd_prestat_get: (fd: number, result: number) => {
      const {preopen} = descriptors.get(fd);
      if (preopen === undefined) throw new Refused(Errno.BADF);
      // Tag 0: a directory.
      memory.setUint64(result, BigInt(Buffer.byteLength(preopen)) << 32n);
    },

    fd_prestat_dir_name: (fd: number, address: number, length: number) => {
      const {preopen} = descriptors.get(fd);
      if (preopen === undefined) throw new Refused(Errno.BADF);
      const name = Buffer.from(preopen);
      if (length >>> 0 < name.length) throw new Refused(Errno.INVAL);
      memory.bytes(address, name.length).set(name);
    },

    fd_readdir: (fd: number, address: number, length: number, cookie: bigint, result: number) => {
      const descriptor = descriptors.get(fd);
      const {node} = descriptor;
      if (!isDirectory(node)) throw new Refused(Errno.NOTDIR);
      if (cookie === 0n || !descriptor.listing) {
        const self = {inode: node.stat().inode, type: FileType.DIRECTORY};
        descriptor.listing = [{name: '.', ...self}, {name: '..', ...self}, ...node.entries()];
      }
      const place = memory.bytes(address, length);
      const first = safeNumber(cookie);
      let used = 0;
      // The last entry may be cut off: a full buffer tells that there is more.
      for (let index = first; index < descriptor.listing.length && used < place.length; index++) {
        const entry = dirent(descriptor.listing[index]!, index + 1);
        const part = entry.subarray(0, place.length - used);
        place.set(part, used);
        used += part.length;
      }
      memory.setUint32(result, used);
    },
  };
}

function dirent({name, inode, type}: {name: string; inode: number; type: number}, next: number): Buffer {
  const encoded = Buffer.from(name);
  const head = Buffer.alloc(DIRENT_BYTES);
  head.writeBigUInt64LE(BigInt(next), 0);
  head.writeBigUInt64LE(BigInt(inode), 8);
  head.writeUInt32LE(encoded.length, 16);
  head.writeUInt8(type, 20);
  return Buffer.concat([head, encoded]);
}
