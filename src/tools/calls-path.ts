// SPDX-License-Identifier: GPL-2.0-only
// The path_* functions of preview 1. Paths are relative to a directory that is open; its node keeps them inside.
import {type Calls, LONGEST_PATH} from './calls.ts';
import {newTimes, writeStat} from './calls-descriptor.ts';
import type {WasiHost} from './host.ts';
import type {DirectoryNode} from './nodes.ts';
import {Errno, FdFlags, FOLLOW, OpenFlags, Refused, Rights} from './preview1.ts';

/** A method that not every directory has, bound to it. */
function able<Name extends keyof DirectoryNode>(directory: DirectoryNode, name: Name) {
  const method = directory[name];
  if (typeof method !== 'function') throw new Refused(Errno.ROFS);
  return method.bind(directory) as NonNullable<DirectoryNode[Name]>;
}

export function pathCalls(host: WasiHost): Calls {
  const {memory, descriptors} = host;
  const directory = (fd: number) => descriptors.directory(fd);
  const path = (address: number, length: number) => {
    if (length >>> 0 > LONGEST_PATH) throw new Refused(Errno.NAMETOOLONG);
    const text = memory.string(address, length);
    if (text === '') throw new Refused(Errno.NOENT);
    if (text.includes('\0')) throw new Refused(Errno.INVAL);
    return text;
  };

  return {
    path_open: (
      fd: number,
      lookup: number,
      address: number,
      length: number,
      how: number,
      rights: bigint,
      _inheriting: bigint,
      flags: number,
      result: number,
    ) => {
      const wanted = {read: (rights & (Rights.READ | Rights.READDIR)) !== 0n, write: (rights & Rights.WRITE) !== 0n};
      // Before anything is made: a bad address must not leave a file behind.
      memory.setUint32(result, 0);
      const node = directory(fd).open(path(address, length), {
        ...wanted,
        create: (how & OpenFlags.CREAT) !== 0,
        exclusive: (how & OpenFlags.EXCL) !== 0,
        truncate: (how & OpenFlags.TRUNC) !== 0,
        directory: (how & OpenFlags.DIRECTORY) !== 0,
        append: (flags & FdFlags.APPEND) !== 0,
        follow: (lookup & FOLLOW) !== 0,
      });
      try {
        memory.setUint32(result, descriptors.add({node, position: 0, ...wanted, flags: flags & 0x1f}));
      } catch (error) {
        node.close?.();
        throw error;
      }
    },

    path_filestat_get: (fd: number, lookup: number, address: number, length: number, result: number) =>
      writeStat(host, result, directory(fd).statOf(path(address, length), (lookup & FOLLOW) !== 0)),

    path_filestat_set_times: (
      fd: number,
      lookup: number,
      address: number,
      length: number,
      atime: bigint,
      mtime: bigint,
      flags: number,
    ) => {
      const times = newTimes(host, atime, mtime, flags);
      able(directory(fd), 'setTimesOf')(path(address, length), (lookup & FOLLOW) !== 0, times);
    },

    path_unlink_file: (fd: number, address: number, length: number) =>
      able(directory(fd), 'unlink')(path(address, length)),

    path_create_directory: (fd: number, address: number, length: number) =>
      able(directory(fd), 'makeDirectory')(path(address, length)),

    path_remove_directory: (fd: number, address: number, length: number) =>
      able(directory(fd), 'removeDirectory')(path(address, length)),

    path_rename: (fd: number, address: number, length: number, to: number, target: number, targetLength: number) =>
      able(directory(fd), 'rename')(path(address, length), directory(to), path(target, targetLength)),

    path_link: (
      fd: number,
      lookup: number,
      address: number,
      length: number,
      to: number,
      target: number,
      targetLength: number,
    ) => {
      const follow = (lookup & FOLLOW) !== 0;
      able(directory(fd), 'link')(path(address, length), follow, directory(to), path(target, targetLength));
    },

    path_symlink: (target: number, targetLength: number, fd: number, address: number, length: number) =>
      able(directory(fd), 'symlink')(path(target, targetLength), path(address, length)),

    path_readlink: (fd: number, address: number, length: number, buffer: number, size: number, result: number) => {
      const target = Buffer.from(able(directory(fd), 'readlink')(path(address, length)));
      const part = target.subarray(0, size >>> 0);
      memory.bytes(buffer, part.length).set(part);
      memory.setUint32(result, part.length);
    },
  };
}
