// SPDX-License-Identifier: GPL-2.0-only
// kill -9 at any moment: what had been synced is there, and the journal brings the file system back. Each kill has a seed of
// its own, which says what is written and when the end comes; KDISK_SEED repeats the first one of a failure alone.
import {spawn} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {randomInt} from 'node:crypto';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {open, type Volume} from '../../src/index.ts';
import {makeFileSystem, unsound} from '../support/judges.ts';
import {killAfterFirstWrite, killWriter, lost} from '../support/killed-writer.ts';
import {content, random} from './children/operations.mjs';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {temporaryDirectory, tool} from '../support/tools.ts';

const TYPES = ['ext4', 'xfs', 'btrfs'] as const;
const KILLS = 70;
const COPIES = 10;
/** Everything else that this process does takes turns with the writers. */
const LANES = 2;
const MINUTES = 10 * 60_000;

const directory = temporaryDirectory();
const first = process.env.KDISK_SEED ? Number(process.env.KDISK_SEED) : randomInt(1 << 30);

async function withVolume<T>(image: string, write: boolean, body: (volume: Volume) => Promise<T>): Promise<T> {
  await using opened = await open(image, {write});
  return await body(await opened.volume());
}

/** Runs a body for each seed, some at once; all that it finds, with the seed in front. */
async function forSeeds(count: number, body: (seed: number, lane: string) => Promise<string[]>): Promise<string[]> {
  const seeds = Array.from({length: process.env.KDISK_SEED ? 1 : count}, (_, index) => first + index);
  const found: string[] = [];
  const lanes = Array.from({length: LANES}, async (_, lane) => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift())
      found.push(...(await body(seed, `lane-${lane}`)).map((text) => `KDISK_SEED=${seed}: ${text}`));
  });
  await Promise.all(lanes);
  return found;
}

const delayOf = (seed: number) => 5 + Math.floor(random(~seed)() * 145);

describe.each(TYPES)(`%s, seeds from ${first}`, (type) => {
  const empty = makeFileSystem(type, join(directory, `${type}.img`));
  const fresh = (lane: string) => {
    const image = join(directory, `${type}-${lane}.img`);
    tool('cp', ['--sparse=always', empty, image]);
    return image;
  };

  it(`keeps what was synced, ${KILLS} times`, {timeout: MINUTES}, async () => {
    let operations = 0;
    const found = await forSeeds(KILLS, async (seed, lane) => {
      const image = fresh(lane);
      const done = await killWriter(image, seed, delayOf(seed));
      operations += done;
      // First in memory, then really.
      const seen = (await withVolume(image, false, (volume) => lost(volume, seed, done))).map((text) => `replayed in memory: ${text}`);
      await withVolume(image, true, async () => {});
      const verdict = unsound(type, image);
      if (verdict) seen.push(verdict);
      seen.push(...(await withVolume(image, false, (volume) => lost(volume, seed, done))));
      return seen;
    });
    expect(found).toEqual([]);
    // That much happened at all.
    expect(operations).toBeGreaterThan(KILLS);
  });

  it('what the host would replay is the same', async ({skip}) => {
    const missing = noLoopMount(type);
    skip(missing !== '', missing);
    const image = fresh('host');
    const done = await killWriter(image, first, delayOf(first));
    loopMount(type, image).unmount();
    expect(unsound(type, image)).toBe('');
    expect(await withVolume(image, false, (volume) => lost(volume, first, done))).toEqual([]);
  });

  it(`is sound after a copy that was killed, ${COPIES} times`, {timeout: MINUTES}, async () => {
    const tree = join(directory, `${type}-tree`);
    mkdirSync(tree);
    for (let index = 0; index < 2000; index++) writeFileSync(join(tree, `file-${index}`), content(index, (index * 37) % 20_000));
    writeFileSync(join(tree, 'large'), content(7, 24 << 20));
    const found = await forSeeds(COPIES, async (seed, lane) => {
      const image = fresh(lane);
      const child = spawn(process.execPath, ['bin/run.js', 'cp', '-r', tree, `${image}:/tree`], {stdio: 'ignore'});
      await killAfterFirstWrite(child, image, delayOf(seed));
      await withVolume(image, true, async () => {});
      return [unsound(type, image)].filter(Boolean);
    });
    expect(found).toEqual([]);
  });
});
