// SPDX-License-Identifier: GPL-2.0-only
// The tree of a volume as kdisk's library shows it, in the form of a manifest.
import type {Volume} from '../../src/index.ts';
import {splitDevice, type VolumeStats} from '../../src/statx.ts';
import {ContentHash, type Manifest, type ManifestEntry} from './manifest.ts';

const TYPES: Record<number, string> = {
  0o010000: 'fifo',
  0o020000: 'char',
  0o040000: 'directory',
  0o060000: 'block',
  0o100000: 'file',
  0o120000: 'symlink',
  0o140000: 'socket',
};
const CHUNK = 1024 * 1024;
const EOPNOTSUPP = 95;

const errnoOf = (error: unknown): number => {
  const {errno} = error as {errno?: number};
  // Anything but a kernel's errno is a defect, not a finding.
  if (typeof errno !== 'number') throw error;
  return Math.abs(errno);
};

function time(ns: bigint): [number, number] {
  const nanoseconds = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return [Number((ns - nanoseconds) / 1_000_000_000n), Number(nanoseconds)];
}

async function hashOf(volume: Volume, path: Buffer, size: bigint): Promise<string> {
  const handle = await volume.open(path);
  try {
    const hash = new ContentHash();
    const buffer = Buffer.allocUnsafeSlow(CHUNK);
    for (let offset = 0; BigInt(offset) < size; ) {
      const {bytesRead} = await handle.read(buffer, 0, CHUNK, offset);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead), offset);
      offset += bytesRead;
    }
    return hash.digest(size);
  } finally {
    await handle.close();
  }
}

async function xattrsOf(volume: Volume, path: Buffer): Promise<Pick<ManifestEntry, 'xattrs' | 'listxattrError'>> {
  try {
    const names = await volume.listxattr(path);
    if (names.length === 0) return {};
    const xattrs: Record<string, string | number> = {};
    for (const name of names) {
      const value = await volume.getxattr(path, name).then((bytes) => bytes.toString('base64'), errnoOf);
      xattrs[Buffer.from(name).toString('base64')] = value;
    }
    return {xattrs};
  } catch (error) {
    const errno = errnoOf(error);
    return errno === EOPNOTSUPP ? {} : {listxattrError: errno};
  }
}

function facts(path: Buffer, stats: VolumeStats<bigint>): ManifestEntry {
  const type = TYPES[Number(stats.mode) & 0o170000] ?? '?';
  const {major, minor} = splitDevice(stats.rdev);
  return {
    path: path.toString('base64'),
    type,
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    nlink: Number(stats.nlink),
    ino: String(stats.ino),
    size: String(stats.size),
    blocks: String(stats.blocks),
    mtime: time(stats.mtimeNs),
    ctime: time(stats.ctimeNs),
    ...(stats.birthtimeNs !== 0n ? {btime: time(stats.birthtimeNs)} : {}),
    ...(type === 'char' || type === 'block' ? {rdev: [major, minor] as [number, number]} : {}),
  };
}

/** Everything below the volume's root. Listing and lstat must tell the same of each entry, or this throws. */
export async function engineView(volume: Volume): Promise<Manifest> {
  const manifest: Manifest = new Map();

  async function visit(path: Buffer, inside: Buffer): Promise<void> {
    let stats: VolumeStats<bigint>;
    try {
      stats = await volume.lstat(path, {bigint: true});
    } catch (error) {
      manifest.set(inside.toString('base64'), {path: inside.toString('base64'), statError: errnoOf(error)});
      return;
    }
    const entry = facts(inside, stats);
    manifest.set(entry.path, entry);
    if (entry.type === 'symlink') {
      await volume.readlink(path, {encoding: 'buffer'}).then(
        (target) => (entry.target = target.toString('base64')),
        (error) => (entry.readlinkError = errnoOf(error)),
      );
      return;
    }
    if (entry.type === 'file') {
      await hashOf(volume, path, stats.size).then(
        (hash) => (entry.hash = hash),
        (error) => (entry[(error as {syscall?: string}).syscall === 'open' ? 'openError' : 'readError'] = errnoOf(error)),
      );
    }
    Object.assign(entry, await xattrsOf(volume, path));
    if (entry.type === 'directory') await visitEntries(path, inside, entry);
  }

  async function visitEntries(path: Buffer, inside: Buffer, directory: ManifestEntry): Promise<void> {
    const children: Buffer[] = [];
    try {
      for await (const batch of volume.entries(path)) {
        for (const {name} of batch) children.push(Buffer.from(name));
      }
    } catch (error) {
      directory.readdirError = errnoOf(error);
    }
    const slash = Buffer.from('/');
    for (const name of children) {
      await visit(Buffer.concat([path, path.length > 1 ? slash : Buffer.alloc(0), name]), inside.length ? Buffer.concat([inside, slash, name]) : name);
    }
  }

  await visit(Buffer.from('/'), Buffer.alloc(0));
  return manifest;
}
