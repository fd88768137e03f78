// SPDX-License-Identifier: GPL-2.0-only
// Questions on a terminal (that script(1) makes): those of the tool, answered by single keys, and the last one, whether
// to write it.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it, onTestFinished} from 'vitest';
import {checker, copyOf, damagedExt4, smallTree} from '../support/damage.ts';
import {hasTools, sha256, temporaryDirectory} from '../support/tools.ts';

const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const directory = temporaryDirectory();
const damaged = damagedExt4(join(directory, 'damaged.img'), smallTree(join(directory, 'tree')));

/**
 * Runs it on a terminal.
 * @param answers to what: a pattern that the output since the last answer matches, and what is typed then
 */
async function onTerminal(words: string[], answers: [RegExp, string][]) {
  const command = [process.execPath, program, ...words].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], {stdio: 'pipe', env: {...process.env, COLUMNS: '200'}});
  onTestFinished(() => void child.kill());
  let all = '';
  let fresh = '';
  const pending = [...answers];
  child.stdout.on('data', (text) => {
    all += text;
    fresh += text;
    if (!pending[0]?.[0].test(fresh)) return;
    fresh = '';
    const [, answer] = pending.shift()!;
    // As fast as fingers are.
    setTimeout(() => child.stdin.write(answer), 300);
  });
  const [status] = (await once(child, 'exit')) as [number | null];
  return {status, output: all.replaceAll('\r', ''), unanswered: pending.length};
}

describe.skipIf(!hasTools('script'))('--ask', () => {
  it('the tool asks, then it is asked whether to write; yes', async () => {
    const image = copyOf(damaged, join(directory, 'yes.img'));
    const run = await onTerminal(
      ['fsck', '--ask', image],
      [
        [/\? $/, 'y'],
        [/\? $/, 'a'],
        [/write this to the image\? \(y\/N\) /, 'y\n'],
      ],
    );
    expect(run).toMatchObject({status: 1, unanswered: 0, output: expect.stringContaining('ext4, repaired')});
    expect(checker('e2fsck', '-fn', image).status).toBe(0);
  }, 60_000);

  it('no leaves the image as it was', async () => {
    const image = copyOf(damaged, join(directory, 'no.img'));
    const before = sha256(image);
    const run = await onTerminal(
      ['fsck', '-r', image],
      [
        [/\? $/, 'a'],
        [/write this to the image\? \(y\/N\) /, '\n'],
      ],
    );
    expect(run).toMatchObject({status: 4, unanswered: 0, output: expect.stringContaining('the image is as it was')});
    expect(sha256(image)).toBe(before);
  }, 60_000);

  it('Ctrl-C at a question ends it', async () => {
    const image = copyOf(damaged, join(directory, 'stop.img'));
    const before = sha256(image);
    const run = await onTerminal(['fsck', '--ask', image], [[/\? $/, '\u0003']]);
    expect(run).toMatchObject({status: 32, unanswered: 0, output: expect.stringContaining('is as it was')});
    expect(sha256(image)).toBe(before);
  }, 60_000);

  it('answers of no to the tool leave errors, and then nothing is written', async () => {
    const image = copyOf(damaged, join(directory, 'errors.img'));
    const before = sha256(image);
    const questions = Array.from({length: 100}, (): [RegExp, string] => [/\? $/, 'n']);
    const run = await onTerminal(['fsck', '--ask', image], questions);
    expect(run).toMatchObject({status: 4, output: expect.stringContaining('damaged')});
    expect(sha256(image)).toBe(before);
  }, 60_000);
});
