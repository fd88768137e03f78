// SPDX-License-Identifier: GPL-2.0-only
// What is told of two trees that differ.
import {expect, it} from 'vitest';
import {compare, type Snapshot} from '../../src/tools/fsck/snapshot.ts';

type Row = Snapshot['rows'] extends Map<string, infer T> ? T : never;

const FILE = 0o100644;
const DIRECTORY = 0o040755;

function tree(rows: Record<string, Partial<Row> & {ino: bigint}>): Snapshot {
  const full = (row: Partial<Row>): Row => ({
    ino: 0n,
    mode: FILE,
    uid: 0,
    gid: 0,
    nlink: 1,
    size: 5n,
    blocks: 8n,
    mtimeNs: 1n,
    rdev: 0n,
    target: '',
    ...row,
  });
  return {rows: new Map(Object.entries(rows).map(([path, row]) => [path, full(row)])), unreadable: new Map()};
}

const told = (before: Snapshot, after: Snapshot, inodes = true) =>
  compare(before, after, inodes).map(({kind, path, to, fields}) => [
    kind,
    path.toString('latin1'),
    to?.toString('latin1'),
    fields,
  ]);

it('nothing of two that are the same', () => {
  const one = tree({a: {ino: 11n}, b: {ino: 12n}});
  expect(told(one, tree({a: {ino: 11n}, b: {ino: 12n}}))).toEqual([]);
});

it('what is gone, new, or other than before', () => {
  const before = tree({a: {ino: 11n}, b: {ino: 12n}, c: {ino: 13n}});
  const after = tree({b: {ino: 12n, size: 3n, mode: 0o100600}, c: {ino: 13n, nlink: 2, blocks: 0n}, d: {ino: 99n}});
  expect(told(before, after)).toEqual([
    ['removed', 'a', undefined, []],
    ['changed', 'b', undefined, ['mode', 'size']],
    ['changed', 'c', undefined, ['links', 'space']],
    ['new', 'd', undefined, []],
  ]);
});

it('a file in another place is the same file', () => {
  const before = tree({x: {ino: 20n, mode: DIRECTORY}, 'x/a': {ino: 21n}, 'x/\xff': {ino: 22n}});
  const after = tree({
    'lost+found/#20': {ino: 20n, mode: DIRECTORY, mtimeNs: 7n},
    'lost+found/#20/a': {ino: 21n, size: 0n},
    'lost+found/#22': {ino: 22n},
  });
  expect(told(before, after)).toEqual([
    ['moved', 'x', 'lost+found/#20', ['mtime']],
    ['moved', 'x/a', 'lost+found/#20/a', ['size']],
    ['moved', 'x/\xff', 'lost+found/#22', []],
  ]);
});

it('a number that went to another file is not', () => {
  const [before, after] = [tree({a: {ino: 11n}}), tree({b: {ino: 11n, mtimeNs: 9n}})];
  expect(told(before, after).map(([kind]) => kind)).toEqual(['removed', 'new']);
});

it('nor where numbers mean nothing', () => {
  const [before, after] = [tree({a: {ino: 11n}}), tree({b: {ino: 11n}})];
  expect(told(before, after, false).map(([kind]) => kind)).toEqual(['removed', 'new']);
});
