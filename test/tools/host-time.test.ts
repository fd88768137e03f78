// SPDX-License-Identifier: GPL-2.0-only
// Clock, random numbers and sleep of a tool: real ones, or the same in each run.
import {beforeAll, expect, it} from 'vitest';
import {buildHostile, hostile} from '../support/tool-programs.ts';

const NS_PER_S = 1e9;

beforeAll(buildHostile);

it('passes as it does outside', async () => {
  const {said} = await hostile(['clocks']);
  const [real, monotonic, later, higher, bad] = said as number[];
  expect(Math.abs(real! / NS_PER_S - Date.now() / 1000)).toBeLessThan(5);
  expect(later).toBeGreaterThanOrEqual(real!);
  expect(higher).toBeGreaterThanOrEqual(monotonic!);
  expect(bad).toBe(28);
});

it('has random numbers of its own in each run', async () => {
  const [first, second] = [await hostile(['clocks']), await hostile(['clocks'])];
  expect(first.said.slice(5)).not.toEqual(second.said.slice(5));
  expect(new Set(first.said.slice(5)).size).toBe(4);
});

it('stands still at a timestamp, with the random numbers of a seed', async () => {
  const run = (seed: string) => hostile(['clocks'], {timestamp: 1_700_000_000, seed: Buffer.from(seed)});
  const [first, second, other] = [await run('a'), await run('a'), await run('b')];
  expect(first.stdout.toString()).toBe(second.stdout.toString());
  expect([first.said[0], first.said[2]]).toEqual([1_700_000_000 * NS_PER_S, 1_700_000_000 * NS_PER_S]);
  // What waits for time to pass must not wait for ever.
  expect(first.said[3]).toBeGreaterThan(first.said[1] as number);
  expect(first.said.slice(5)).not.toEqual(other.said.slice(5));
});

it('sleeps, unless the clock stands still', async () => {
  const started = performance.now();
  const {said} = await hostile(['sleep', '0']);
  expect(performance.now() - started).toBeGreaterThanOrEqual(30);
  const [errno, happened, user, milliseconds] = said as number[];
  expect([errno, happened, user]).toEqual([0, 1, 42]);
  expect(milliseconds).toBeGreaterThanOrEqual(29);

  const asleep = performance.now();
  expect((await hostile(['sleep', '9'], {timestamp: 1})).said).toEqual([0, 1, 42, 9 * 3600 * 1000 + 30]);
  expect(performance.now() - asleep).toBeLessThan(10_000);
});
