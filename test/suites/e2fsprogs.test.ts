// SPDX-License-Identifier: GPL-2.0-only
// e2fsprogs' own test-suite against our build of it. What does not pass is listed with its reason in e2fsprogs.json, and
// must not pass: a case that begins to is taken off the list.
import {spawn} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {temporaryDirectory} from '../support/tools.ts';

interface Exception {
  result: 'failed' | 'skipped' | 'varies';
  why: string;
}

const folder = new URL('.', import.meta.url).pathname;
const cases = readdirSync(new URL('../../tools/build/packages/e2fsprogs/source/tests', import.meta.url)).filter(
  (name) => /^[a-z]_/.test(name),
);
const {'//': _, ...exceptions} = JSON.parse(readFileSync(join(folder, 'e2fsprogs.json'), 'utf8')) as Record<
  string,
  Exception
>;

const results = new Map<string, string>();
const HALF_AN_HOUR = 30 * 60 * 1000;

function run(directory: string): Promise<string> {
  const child = spawn(join(folder, 'e2fsprogs.sh'), ['wasm', directory], {stdio: ['ignore', 'pipe', 'inherit']});
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return new Promise((resolve) => child.once('close', () => resolve(text)));
}

beforeAll(async () => {
  const text = await run(temporaryDirectory());
  for (const [, name, how] of text.matchAll(/^([a-z]_[\w-]+): (?:.*: )?(ok|failed|skip)/gm))
    results.set(name!, how === 'skip' ? 'skipped' : how!);
}, HALF_AN_HOUR);

describe("e2fsprogs' test-suite", () => {
  it('was run as a whole', () => {
    expect(cases.length).toBeGreaterThan(390);
    expect([...results.keys()].sort()).toEqual(cases.sort());
  });

  it.each(cases.filter((name) => exceptions[name]?.result !== 'varies'))('%s', (name) => {
    expect(results.get(name)).toBe(exceptions[name]?.result ?? 'ok');
  });

  it('has no exception for a case that is not there', () => {
    expect(Object.keys(exceptions).filter((name) => !cases.includes(name))).toEqual([]);
  });
});
