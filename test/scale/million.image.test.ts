// SPDX-License-Identifier: GPL-2.0-only
// A directory with a million files: made, listed and found, in memory that does not grow with it.
import {join} from 'node:path';
import {beforeAll, expect, it} from 'vitest';
import {open} from '../../src/index.ts';
import {encodeRecord, KIND, record} from '../../src/tar/records.ts';
import {TreeWriter} from '../../src/tree.ts';
import {unsound} from '../support/judges.ts';
import {peakMemory} from '../support/peak-memory.ts';
import {emptyImage, temporaryDirectory, tool} from '../support/tools.ts';

const MILLION = 1_000_000;
const FEW = 10_000;
const BATCH = 10_000;
const MINUTES = 5 * 60_000;
/** The kernel's page cache fills its 64 MiB; one object of JavaScript for each file would take more than 100. */
const GROWTH_MIB = 72;

const directory = temporaryDirectory();
const image = join(directory, 'million.img');
const nameOf = (index: number) => `file-${String(index).padStart(7, '0')}`;

async function fill(folder: string, count: number): Promise<void> {
  await using opened = await open(image, {write: true});
  const volume = await opened.volume();
  await volume.mkdir(folder);
  const writer = await TreeWriter.below(volume, folder, {});
  for (let start = 0; start < count; start += BATCH) {
    const names = Array.from({length: BATCH}, (_, index) => Buffer.from(nameOf(start + index)));
    const records = names.flatMap((name) => encodeRecord(record(KIND.file, {whole: true, name, path: name})));
    await writer.write(Buffer.concat(records));
  }
  expect(await writer.finish()).toMatchObject({files: count, problems: []});
}

beforeAll(async () => {
  emptyImage(image, 400 << 20);
  tool('mke2fs', ['-q', '-t', 'ext4', '-b', '4096', '-I', '256', '-N', String(MILLION + FEW + 100), image]);
  await fill('/few', FEW);
  await fill('/million', MILLION);
}, MINUTES);

it('leaves a sound image', () => expect(unsound('ext4', image)).toBe(''));

it.each([
  ['ls -U', ['ls', '-U']],
  ['find', ['find']],
])('%s shows all of them in the same memory', {timeout: MINUTES}, (_, words) => {
  const output = join(directory, 'listed');
  const few = peakMemory(output, [...words, `${image}:/few`]);
  const million = peakMemory(output, [...words, `${image}:/million`]);
  expect(tool('sh', ['-c', 'grep -c file- "$1"; grep -o "file-.*" "$1" | sort -u | wc -l', 'sh', output])).toBe(`${MILLION}\n${MILLION}\n`);
  expect(million - few).toBeLessThan(GROWTH_MIB);
});

it('the library goes through them in the same memory', {timeout: MINUTES}, async () => {
  await using opened = await open(image);
  const volume = await opened.volume();
  let count = 0;
  const before = process.memoryUsage().rss;
  for await (const batch of volume.entries('/million')) count += batch.length;
  expect(count).toBe(MILLION);
  // Garbage that nobody has collected yet may stand.
  expect(process.memoryUsage().rss - before).toBeLessThan(2 * GROWTH_MIB * 1024 * 1024);
});
