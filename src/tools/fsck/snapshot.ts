// SPDX-License-Identifier: GPL-2.0-only
// What a tree looks like before and after a repair, and what is different: what is gone, what is new, what changed, and
// what is the same file in another place, as after a rescue to lost+found.
import type {Volume} from '../../volume.ts';

/** One file as far as a repair may change it. */
interface Row {
  ino: bigint;
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  size: bigint;
  blocks: bigint;
  mtimeNs: bigint;
  rdev: bigint;
  target: string;
}

export interface Snapshot {
  /** By path, in latin1 so that all bytes of a name are kept. */
  rows: Map<string, Row>;
  /** What could not be read, in latin1, and why. */
  unreadable: Map<string, string>;
}

export type ChangedField = 'type' | 'mode' | 'owner' | 'links' | 'size' | 'space' | 'mtime' | 'device' | 'target';

/** A difference between two trees. */
export interface TreeChange {
  kind: 'removed' | 'new' | 'moved' | 'changed';
  /** From the root of the file system, without a slash in front; of what moved, where it was. */
  path: Buffer;
  /** Where it is now, for what moved. */
  to?: Buffer;
  inode: bigint;
  type: number;
  /** Bytes, before if it was there before. */
  size: bigint;
  /** For what changed (or moved and changed): what, and the size as it is then. */
  fields: ChangedField[];
  newSize?: bigint;
}

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

/** Never rejects for what is damaged: that is told in `unreadable`. */
export async function snapshot(volume: Volume, signal?: AbortSignal): Promise<Snapshot> {
  const rows: Snapshot['rows'] = new Map();
  const unreadable: Snapshot['unreadable'] = new Map();
  const onError = (error: {path?: string; code: string}) => void unreadable.set(error.path ?? '/', error.code);
  for await (const {path, stats, ino, errno, target} of volume.walk('/', {
    stats: true,
    onError,
    ...(signal ? {signal} : {}),
  })) {
    const key = path.toString('latin1');
    if (!stats || errno !== 0) {
      unreadable.set(key, `errno ${Math.abs(errno)}`);
      continue;
    }
    const {mode, uid, gid, nlink, size, blocks, mtimeNs, rdev} = stats;
    rows.set(key, {
      ino,
      mode: Number(mode),
      uid: Number(uid),
      gid: Number(gid),
      nlink: Number(nlink),
      size,
      blocks,
      mtimeNs,
      rdev,
      target: target?.toString('latin1') ?? '',
    });
  }
  return {rows, unreadable};
}

function differences(before: Row, after: Row): ChangedField[] {
  const fields: [ChangedField, boolean][] = [
    ['type', (before.mode & S_IFMT) !== (after.mode & S_IFMT)],
    ['mode', (before.mode & ~S_IFMT) !== (after.mode & ~S_IFMT)],
    ['owner', before.uid !== after.uid || before.gid !== after.gid],
    ['links', before.nlink !== after.nlink],
    ['size', before.size !== after.size],
    ['space', before.blocks !== after.blocks && before.size === after.size],
    ['mtime', before.mtimeNs !== after.mtimeNs],
    ['device', before.rdev !== after.rdev],
    ['target', before.target !== after.target],
  ];
  return fields.filter(([, differs]) => differs).map(([field]) => field);
}

const identity = ({ino, mode}: Row) => `${ino}:${mode & S_IFMT}`;

/** Paths that are only in `after`, by what they are. */
function arrivals(before: Snapshot, after: Snapshot): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [path, row] of after.rows) {
    if (before.rows.has(path)) continue;
    const key = identity(row);
    found.set(key, [...(found.get(key) ?? []), path]);
  }
  return found;
}

/**
 * What is different, in the order of paths.
 * @param inodes the file system has inode numbers that a file keeps, so that one can be found in another place
 */
export function compare(before: Snapshot, after: Snapshot, inodes: boolean): TreeChange[] {
  const changes: TreeChange[] = [];
  const arrived = inodes ? arrivals(before, after) : new Map<string, string[]>();
  const explained = new Set<string>();
  const bytes = (path: string) => Buffer.from(path, 'latin1');
  for (const [path, row] of before.rows) {
    const {ino: inode, size, mode} = row;
    const base = {path: bytes(path), inode, type: mode & S_IFMT, size};
    const now = after.rows.get(path);
    if (now) {
      const fields = differences(row, now);
      if (fields.length > 0) changes.push({kind: 'changed', ...base, fields, newSize: now.size});
      continue;
    }
    const to = arrived.get(identity(row))?.find((each) => !explained.has(each));
    const there = to === undefined ? undefined : after.rows.get(to)!;
    // A number may have been given to another file; a directory changes when what is in it does.
    if (!there || (there.mtimeNs !== row.mtimeNs && base.type !== S_IFDIR))
      changes.push({kind: 'removed', ...base, fields: []});
    else {
      explained.add(to!);
      changes.push({kind: 'moved', ...base, to: bytes(to!), fields: differences(row, there), newSize: there.size});
    }
  }
  for (const [path, {ino: inode, size, mode}] of after.rows) {
    if (before.rows.has(path) || explained.has(path)) continue;
    changes.push({kind: 'new', path: bytes(path), inode, type: mode & S_IFMT, size, fields: []});
  }
  return changes.sort((a, b) => Buffer.compare(a.path, b.path));
}
