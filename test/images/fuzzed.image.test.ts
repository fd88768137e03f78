// SPDX-License-Identifier: GPL-2.0-only
// Images with random damage, of every file system, from fixed seeds. A driver of the kernel may give up on such an
// image, even take its kernel down; the process around it must live, end in time and leave the image as it is.
import {closeSync, openSync, readSync, rmSync, statSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {sha256} from '../support/compare.ts';
import {makeFixtures} from '../support/fixtures.ts';
import {readSafely, type Reading} from '../support/read-safely.ts';
import {temporaryDirectory, tool} from '../support/tools.ts';

const SUBJECTS = [
  'ext4-no-journal', 'btrfs-rootdir', 'xfs-ascii-ci', 'f2fs-lz4', 'fat16', 'exfat-large-clusters', 'ntfs-64k-clusters', 'squashfs-xz-filters',
  'erofs-zstd', 'romfs', 'cramfs', 'iso-both', 'udf-102', 'dirty-jfs', 'dirty-nilfs2', 'minix-v3',
];
const SEEDS = [1, 2, 3];
const SECONDS_EACH = 20;

/** xorshift32: the same damage everywhere. */
function randomNumbers(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const zeros = Buffer.alloc(4096);

/** Neither empty nor what make-tree puts into files: what is left is mostly metadata. */
function isMetadata(block: Buffer): boolean {
  return !block.equals(zeros) && !block.includes('quick brown') && new Set(block).size < 200;
}

/** Changes a few bytes of the metadata, but for the superblocks at the start: without them there is nothing to mount. */
function damage(path: string, seed: number): void {
  const next = randomNumbers(seed);
  const fd = openSync(path, 'r+');
  const {size} = statSync(path);
  const block = Buffer.alloc(4096);
  const candidates: number[] = [];
  for (let at = Math.min(128 * 1024, Math.floor(size / 4)); at + block.length <= size; at += block.length) {
    readSync(fd, block, 0, block.length, at);
    if (isMetadata(block)) candidates.push(at);
  }
  for (let changed = 0; changed < 30 && candidates.length > 0; changed++) {
    const at = candidates[next() % candidates.length]!;
    writeSync(fd, Buffer.from([next() & 0xff]), 0, 1, at + (next() % (changed % 2 === 0 ? 256 : 4096)));
  }
  closeSync(fd);
}

describe('randomly damaged images', () => {
  const directory = temporaryDirectory();
  const cases = SUBJECTS.flatMap((name) => SEEDS.map((seed) => ({name, seed, image: join(directory, `${name}-${seed}.img`)})));
  const before = new Map<string, string>();
  let readings = new Map<string, Reading>();

  beforeAll(async () => {
    const fixtures = makeFixtures(SUBJECTS);
    for (const {name, seed, image} of cases) {
      tool('cp', ['--sparse=always', fixtures.get(name)!.image, image]);
      damage(image, seed);
      before.set(image, await sha256(image));
    }
    readings = await readSafely(cases.map(({image}) => image), SECONDS_EACH);
  }, 900_000);

  afterAll(() => rmSync(directory, {recursive: true}));

  it.each(cases)('$name, seed $seed: the process lives and the image stays', async ({image}) => {
    const fatal = readings.get(image)?.fatal;
    // The death of the kernel is told as an error; a signal, an exit or a hang is none.
    if (fatal !== undefined) expect(fatal).toMatch(/^EKERNELDEAD: /);
    expect(readings.has(image)).toBe(true);
    expect(await sha256(image)).toBe(before.get(image));
  });

  it('mount for the most part', () => {
    const mounted = [...readings.values()].filter((reading) => reading.mounted > 0);
    expect(mounted.length).toBeGreaterThan(cases.length / 2);
  });
});
