// SPDX-License-Identifier: GPL-2.0-only
// --size auto: always enough, at the first attempt or a later one, and not much more.
import {mkdirSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {unsound} from '../support/judges.ts';
import {judgeOf, makePlainFiles, MIB, mkfs, type Writable} from '../support/new-image.ts';
import {temporaryDirectory} from '../support/tools.ts';

const directory = temporaryDirectory();
const MINUTES = 5 * 60_000;

const TREES = {
  empty: () => {},
  tiny(root: string) {
    for (let index = 0; index < 4000; index++) {
      if (index % 400 === 0) mkdirSync(join(root, `d${index}`));
      writeFileSync(join(root, `d${index - (index % 400)}`, `f${index}`), 'x'.repeat(index % 50));
    }
  },
  large(root: string) {
    writeFileSync(join(root, 'one'), Buffer.alloc(60 * MIB, 'large '));
  },
  medium: (root: string) => makePlainFiles(root, 2000),
  names(root: string) {
    let path = root;
    for (let depth = 0; depth < 12; depth++) {
      path = join(path, 'n'.repeat(100));
      mkdirSync(path);
      for (let index = 0; index < 12; index++) writeFileSync(join(path, `${index}-${'y'.repeat(200)}`), 'z');
    }
  },
  sparse(root: string) {
    writeFileSync(join(root, 'hole'), 'start');
    truncateSync(join(root, 'hole'), 3 * 1024 * MIB);
  },
};
for (const [name, make] of Object.entries(TREES)) {
  mkdirSync(join(directory, name));
  make(join(directory, name));
}

/** The least that each has, MiB, and how much of an image may be left over. */
const LEAST: Record<Writable, number> = {ext2: 1, ext3: 2, ext4: 2, btrfs: 109, xfs: 300, vfat: 1, exfat: 4, f2fs: 77, ntfs: 6};
const noHoles = ['vfat', 'exfat'];

describe.each(Object.keys(LEAST) as Writable[])('%s', (type) => {
  const trees = Object.keys(TREES).filter((tree) => tree !== 'sparse' || !noHoles.includes(type));

  it.each(trees)('for the tree %s', {timeout: MINUTES}, (tree) => {
    const image = join(directory, `${type}-${tree}.img`);
    const {status, stdout} = mkfs(['-t', type, '--size', 'auto', '--from', join(directory, tree), '--json', image]);
    expect(status).toBe(0);
    const {size, free, problems, lost} = JSON.parse(stdout) as {size: number; free: number; problems: object[]; lost: object[]};
    expect([problems, lost, size]).toEqual([[], [], statSync(image).size]);
    expect(unsound(judgeOf(type), image)).toBe('');
    if (size > LEAST[type] * MIB) expect(free).toBeLessThan(Math.max(48 * MIB, size / 5));
  });

  it.each(['30%', '100M'])('--free %s', {timeout: MINUTES}, (wanted) => {
    const image = join(directory, `${type}-free.img`);
    const {status, stdout} = mkfs(['-t', type, '--free', wanted, '--from', join(directory, 'medium'), '--force', '--size', 'auto', '--json', image]);
    expect(status).toBe(0);
    const {size, free} = JSON.parse(stdout) as {size: number; free: number};
    const least = wanted === '30%' ? size * 0.3 : 100 * MIB;
    expect(free).toBeGreaterThanOrEqual(Math.floor(least) - 1);
    if (size > LEAST[type] * MIB) expect(free).toBeLessThan(least + Math.max(60 * MIB, size / 5));
  });
});
