// SPDX-License-Identifier: GPL-2.0-only
// An image for the processes that leave in the middle of reading: it holds /large, which has no holes.
import {randomBytes} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ext4Image} from './tools.ts';

export const LARGE_SIZE = 16_000_000;

export function largeFileImage(directory: string): string {
  const tree = join(directory, 'tree');
  mkdirSync(tree);
  writeFileSync(join(tree, 'large'), randomBytes(LARGE_SIZE));
  return ext4Image(join(directory, 'large.img'), 32 << 20, tree);
}
