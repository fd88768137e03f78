// SPDX-License-Identifier: GPL-2.0-only
// The host's own files as nodes of a tool's sandbox: for tests only (tool-runner.cjs). The product has no such thing.
'use strict';
const {spawnSync} = require('node:child_process');
const fs = require('node:fs');
const {join} = require('node:path');
const {isatty} = require('node:tty');
const {Errno, FileType, Refused} = require('../../dist/tool-worker.cjs');

const S_IFMT = 0o170000;
const TYPES = {
  0o020000: FileType.CHARACTER_DEVICE,
  0o040000: FileType.DIRECTORY,
  0o060000: FileType.BLOCK_DEVICE,
  0o100000: FileType.REGULAR_FILE,
  0o120000: FileType.SYMBOLIC_LINK,
};
const ZEROES = Buffer.alloc(1 << 20);
/** From this length on it pays to start a program that punches the hole. */
const LONG_HOLE = 8 << 20;

const still = new Int32Array(new SharedArrayBuffer(4));

/** Inherited descriptors may be set not to block. */
function patiently(call) {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(still, 0, 0, 1);
    }
  }
}

function statOf(stats) {
  return {
    type: TYPES[Number(stats.mode) & S_IFMT] ?? FileType.UNKNOWN,
    inode: Number(stats.ino),
    mode: Number(stats.mode),
    links: Number(stats.nlink),
    size: Number(stats.size),
    atime: stats.atimeNs,
    mtime: stats.mtimeNs,
    ctime: stats.ctimeNs,
  };
}

const seconds = (ns) => Number(ns) / 1e9;

class HostFile {
  constructor(fd, path) {
    this.fd = fd;
    this.path = path;
    this.type = this.stat().type;
    this.seekable = this.type === FileType.REGULAR_FILE || this.type === FileType.BLOCK_DEVICE;
  }

  stat() {
    return statOf(fs.fstatSync(this.fd, {bigint: true}));
  }

  read(position, target) {
    return patiently(() => fs.readSync(this.fd, target, 0, target.length, this.seekable ? position : null));
  }

  write(position, source) {
    return patiently(() => fs.writeSync(this.fd, source, 0, source.length, this.seekable ? position : null));
  }

  resize(size) {
    fs.ftruncateSync(this.fd, size);
  }

  allocate(position, length) {
    if (this.stat().size < position + length) this.resize(position + length);
  }

  discard(position, length) {
    const {size} = this.stat();
    const end = Math.min(position + length, size);
    if (this.type === FileType.REGULAR_FILE && end === size && position < size) {
      this.resize(position);
      this.resize(size);
      return;
    }
    const hole = ['-p', '-o', String(position), '-l', String(end - position), this.path];
    if (end - position >= LONG_HOLE && spawnSync('fallocate', hole).status === 0) return;
    const chunk = Buffer.alloc(ZEROES.length);
    for (let at = position; at < end; at += ZEROES.length) {
      const count = fs.readSync(this.fd, chunk, 0, Math.min(chunk.length, end - at), at);
      // Holes stay holes.
      if (chunk.compare(ZEROES, 0, count, 0, count) !== 0) fs.writeSync(this.fd, ZEROES, 0, count, at);
    }
  }

  setTimes({atime, mtime}) {
    const now = this.stat();
    fs.futimesSync(this.fd, seconds(atime ?? now.atime), seconds(mtime ?? now.mtime));
  }

  sync() {
    // Tests lose nothing in a power cut.
  }

  close() {
    fs.closeSync(this.fd);
  }
}

/** A descriptor that the process was started with. */
class HostStream extends HostFile {
  constructor(fd) {
    super(fd, `/dev/fd/${fd}`);
    // A file has a position that is shared with other processes: it is the kernel's.
    this.seekable = false;
    // wasi-libc takes every character device for a terminal, and /dev/null is none.
    if (this.type === FileType.CHARACTER_DEVICE && !isatty(fd)) this.type = FileType.UNKNOWN;
  }

  close() {
    // Not ours.
  }
}

const ACCESS = {read: fs.constants.O_RDONLY, write: fs.constants.O_WRONLY, both: fs.constants.O_RDWR};

class HostDirectory {
  type = FileType.DIRECTORY;
  seekable = true;

  /** @param cwd only of the root: where relative paths start */
  constructor(path, cwd) {
    this.path = path;
    this.cwd = cwd;
    this.top = cwd && new Set(fs.readdirSync('/'));
  }

  #at(path) {
    if (this.cwd === undefined) return join(this.path, path);
    const first = path.split('/').find((name) => name !== '.' && name !== '') ?? '.';
    const absolute = this.top.has(first) && !fs.existsSync(join(this.cwd, first));
    return join(absolute ? '/' : this.cwd, path);
  }

  open(path, how) {
    const place = this.#at(path);
    const {O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_NOFOLLOW, O_DIRECTORY} = fs.constants;
    let flags = how.write ? (how.read ? ACCESS.both : ACCESS.write) : ACCESS.read;
    if (how.create) flags |= O_CREAT;
    if (how.exclusive) flags |= O_EXCL;
    if (how.truncate) flags |= O_TRUNC;
    if (how.append) flags |= O_APPEND;
    if (how.directory) flags |= O_DIRECTORY;
    if (!how.follow) flags |= O_NOFOLLOW;
    const fd = fs.openSync(place, flags, 0o666);
    const file = new HostFile(fd, place);
    if (file.type !== FileType.DIRECTORY) return file;
    file.close();
    return new HostDirectory(place);
  }

  stat() {
    return statOf(fs.statSync(this.path, {bigint: true}));
  }

  statOf(path, follow) {
    return statOf((follow ? fs.statSync : fs.lstatSync)(this.#at(path), {bigint: true}));
  }

  entries() {
    return fs.readdirSync(this.path).map((name) => {
      const {inode, type} = statOf(fs.lstatSync(join(this.path, name), {bigint: true}));
      return {name, inode, type};
    });
  }

  unlink(path) {
    fs.unlinkSync(this.#at(path));
  }

  makeDirectory(path) {
    fs.mkdirSync(this.#at(path));
  }

  removeDirectory(path) {
    fs.rmdirSync(this.#at(path));
  }

  rename(path, to, target) {
    fs.renameSync(this.#at(path), to.#at(target));
  }

  link(path, follow, to, target) {
    if (follow) throw new Refused(Errno.INVAL);
    fs.linkSync(this.#at(path), to.#at(target));
  }

  symlink(target, path) {
    fs.symlinkSync(target, this.#at(path));
  }

  readlink(path) {
    return fs.readlinkSync(this.#at(path));
  }

  setTimesOf(path, follow, {atime, mtime}) {
    const place = this.#at(path);
    const now = this.statOf(path, follow);
    const set = follow ? fs.utimesSync : fs.lutimesSync;
    set(place, seconds(atime ?? now.atime), seconds(mtime ?? now.mtime));
  }
}

module.exports = {HostDirectory, HostStream};
