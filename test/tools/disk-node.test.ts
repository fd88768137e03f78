// SPDX-License-Identifier: GPL-2.0-only
// What a tool is told when a disk fails, and what is remembered of it.
import {describe, expect, it} from 'vitest';
import {type DiskCalls, type DiskError, DiskNode} from '../../src/tools/disk-node.ts';
import {Errno, Refused} from '../../src/tools/preview1.ts';

const SIZE = 10_000;

/** A disk whose calls give these results. */
function failing(results: Partial<Record<keyof DiskCalls, number>>) {
  const made: [string, number, number][] = [];
  const errors: Omit<DiskError, 'disk'>[] = [];
  const calls: DiskCalls = {
    diskRead: (_, offset, {length}) => (made.push(['read', Number(offset), length]), results.diskRead ?? length),
    diskWrite: (_, offset, {length}) => (made.push(['write', Number(offset), length]), results.diskWrite ?? length),
    diskDiscard: (_, offset, length) => {
      made.push(['discard', Number(offset), Number(length)]);
      return results.diskDiscard ?? 0;
    },
    diskFlush: () => results.diskFlush ?? 0,
  };
  const onError = (error: Omit<DiskError, 'disk'>) => void errors.push(error);
  const options = {handle: 1, size: SIZE, writable: true, inode: 7, time: 5n, onError};
  return {node: new DiskNode(calls, options), made, errors};
}

function errnoOf(call: () => unknown): number {
  try {
    call();
  } catch (error) {
    if (error instanceof Refused) return error.errno;
    throw error;
  }
  return 0;
}

const EIO = 5;
const ENOSPC = 28;
const EOPNOTSUPP = 95;

describe('a disk that fails', () => {
  it('tells the errors of the host, and which step it was', () => {
    const {node, errors} = failing({diskRead: -EIO, diskWrite: -ENOSPC, diskDiscard: -EIO, diskFlush: -ENOSPC});
    const bytes = new Uint8Array(10);
    expect(errnoOf(() => node.read(0, bytes))).toBe(Errno.IO);
    expect(errnoOf(() => node.write(0, bytes))).toBe(Errno.NOSPC);
    expect(errnoOf(() => node.discard(0, 10))).toBe(Errno.IO);
    expect(errnoOf(() => node.sync())).toBe(Errno.NOSPC);
    expect(errors).toEqual([
      {errno: EIO, step: 'read'},
      {errno: ENOSPC, step: 'write'},
      {errno: EIO, step: 'discard'},
      {errno: ENOSPC, step: 'flush'},
    ]);
  });

  it('may not be able to discard, which is no error: the tool writes zeroes', () => {
    const {node, errors} = failing({diskDiscard: -EOPNOTSUPP});
    expect(errnoOf(() => node.discard(0, 10))).toBe(Errno.NOTSUP);
    expect(errors).toEqual([]);
  });
});

describe('the end of a disk', () => {
  it('cuts what crosses it, and what lies behind is not asked for', () => {
    const {node, made, errors} = failing({});
    const bytes = new Uint8Array(600);
    expect(node.write(SIZE - 100, bytes)).toBe(100);
    expect(errnoOf(() => node.write(SIZE, bytes))).toBe(Errno.FBIG);
    expect(node.read(SIZE + 5, bytes)).toBe(0);
    node.discard(SIZE - 1, 1e12);
    node.discard(SIZE, 1);
    expect(made).toEqual([
      ['write', SIZE - 100, 100],
      ['discard', SIZE - 1, 1],
    ]);
    expect(errors).toEqual([]);
  });
});
