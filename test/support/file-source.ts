// SPDX-License-Identifier: GPL-2.0-only
// A plain file as the source of a probe: what the kernel's disk is in the program.
import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import type {Source} from '../../src/probe/index.ts';

export function fileSource(path: string): Source & Disposable {
  const fd = openSync(path, 'r');
  return {
    size: fstatSync(fd).size,
    async read(offset, length) {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(fd, buffer, 0, length, offset));
    },
    [Symbol.dispose]: () => closeSync(fd),
  };
}
