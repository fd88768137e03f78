// SPDX-License-Identifier: GPL-2.0-only
// Partition tables: kdisk finds the partitions that the referee finds, and the file system in the right one.
import {describe, expect, it} from 'vitest';
import {open} from '../../src/index.ts';
import {expectSameView} from '../support/compare.ts';
import {family} from '../support/fixtures.ts';

const tables = family('tables');

describe.each(tables)('$name', (fixture) => {
  it('has the partitions that the referee finds', async () => {
    await using image = await open(fixture.image);
    const found = image.partitions.map(({number, start, size}) => ({index: number, start: Number(start), size: Number(size)}));
    expect(found).toEqual(fixture.partitions().map(({index, start, size}) => ({index, start, size})));
    expect(found.length).toBeGreaterThan(1);
  });

  const {partition} = fixture;
  if (partition === undefined) return;
  it('shows the file system in its partition', () => expectSameView(fixture, {selectors: [{kind: 'partition', number: partition}]}));
});

describe('names in a GPT', () => {
  it('are the whole names, where the kernel keeps seven bits of each letter', async () => {
    const gpt = tables.find(({name}) => name === 'table-gpt')!;
    await using image = await open(gpt.image);
    expect(image.partitions[1]?.name).toBe('root ä');
  });
});
