// SPDX-License-Identifier: GPL-2.0-only
// A file of 20 GiB with little in it: as fast as what is in it, and still with little in it.
import {closeSync, openSync, statSync, truncateSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {makeFileSystem, unsound} from '../support/judges.ts';
import {kdisk} from '../support/kdisk.ts';
import {temporaryDirectory, tool} from '../support/tools.ts';

const GIB = 2 ** 30;
const SIZE = 20 * GIB;

it.each(['ext4', 'xfs', 'btrfs', 'f2fs'] as const)('host, %s, host', {timeout: 120_000}, (type) => {
  const directory = temporaryDirectory();
  const image = makeFileSystem(type, join(directory, 'disk.img'));
  const [file, out] = [join(directory, 'sparse'), join(directory, 'out')];
  const fd = openSync(file, 'w');
  for (let at = 0; at < SIZE; at += GIB) writeSync(fd, Buffer.alloc(65_536, `at ${at}`), 0, 65_536, at);
  closeSync(fd);
  truncateSync(file, SIZE);
  expect(kdisk(['cp', file, `${image}:/`])).toMatchObject({status: 0, stderr: ''});
  expect(unsound(type, image)).toBe('');
  expect(kdisk(['cp', `${image}:/sparse`, out])).toMatchObject({status: 0, stderr: ''});
  expect(statSync(out).size).toBe(SIZE);
  // 20 pieces of 64 KiB, and what the host's file system needs to find them.
  expect(statSync(out).blocks * 512).toBeLessThan(21 * 65_536);
  const map = (path: string) => tool('xfs_io', ['-r', '-c', 'seek -a -r 0', path]);
  expect(map(out)).toBe(map(file));
  const pieces = 'for i in $(seq 0 19); do dd if="$1" bs=64K skip=$((i * 16384)) count=1 status=none; done | sha256sum';
  const digest = (path: string) => tool('sh', ['-c', pieces, 'sh', path]);
  expect(digest(out)).toBe(digest(file));
});
