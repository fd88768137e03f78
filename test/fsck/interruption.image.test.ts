// SPDX-License-Identifier: GPL-2.0-only
// A repair that is interrupted, by Ctrl-C or by kill -9, at any moment: the image is as it was, or it is repaired.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {beforeAll, describe, expect, it} from 'vitest';
import {checker, copyOf} from '../support/damage.ts';
import {kdisk} from '../support/kdisk.ts';
import {emptyImage, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1024 * 1024;
const FILES = 12_000;
const KILLS = 12;

const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const directory = temporaryDirectory();
const damaged = join(directory, 'damaged.img');
/** Of the damaged image. */
let original = '';
/** Milliseconds of a whole repair. */
let whole = 0;

beforeAll(() => {
  const tree = join(directory, 'tree');
  tool('sh', ['-c', 'mkdir -p "$1/many" && cd "$1/many" && seq -f f%g "$2" | xargs touch', 'sh', tree, String(FILES)]);
  emptyImage(damaged, 64 * MIB);
  tool('mke2fs', ['-q', '-F', '-t', 'ext4', '-N', String(FILES + 1000), '-d', tree, damaged]);
  // All its files must get a name in lost+found.
  tool('debugfs', ['-w', '-f', '-', damaged], 'clri /many\nssv state 2\n');
  original = sha256(damaged);
  const image = copyOf(damaged, join(directory, 'whole.img'));
  const start = performance.now();
  expect(kdisk(['fsck', '-y', image], {timeout: 60_000}).status).toBe(1);
  whole = performance.now() - start;
  expect(checker('e2fsck', '-fn', image).status).toBe(0);
}, 120_000);

function start(image: string, ...words: string[]) {
  const child = spawn(process.execPath, [program, 'fsck', ...words, image], {stdio: 'pipe'});
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += text));
  child.stdout.resume();
  return {child, ended: once(child, 'exit').then(([status, signal]) => ({status, signal, stderr}))};
}

const redoOf = (image: string) => `${image}.kdisk-redo`;

/** Resolves when the changes begin to be written, or at the end. */
async function upToCommit(image: string, child: {exitCode: number | null}): Promise<void> {
  while (child.exitCode === null && !existsSync(redoOf(image))) await wait(1);
}

describe('kill -9', () => {
  it.each(Array.from({length: KILLS}, (_, index) => index))(
    'number %d',
    async (index) => {
      const image = copyOf(damaged, join(directory, `kill-${index}.img`));
      const {child, ended} = start(image, '-y');
      // Half of them while the changes are written, the others whenever it be.
      if (index % 2 === 0) {
        await upToCommit(image, child);
        await wait(Math.random() * 40);
      } else await wait(Math.random() * whole);
      child.kill('SIGKILL');
      await ended;
      // The next one that opens it for writing ends what was begun.
      if (existsSync(redoOf(image))) expect([0, 4]).toContain(kdisk(['fsck', '-p', image], {timeout: 60_000}).status);
      if (sha256(image) !== original) expect(checker('e2fsck', '-fn', image)).toMatchObject({status: 0});
      expect(existsSync(redoOf(image))).toBe(false);
    },
    120_000,
  );
});

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  it('before anything is written: the image is as it was, and it says so', async () => {
    const image = copyOf(damaged, join(directory, `${signal}.img`));
    const {child, ended} = start(image, '-y');
    await wait(whole / 3);
    child.kill(signal);
    const {status, stderr} = await ended;
    const word = {SIGINT: 'interrupted', SIGTERM: 'terminated'}[signal];
    expect([status, stderr]).toEqual([32, `kdisk: ${word}; ${image} is as it was\n`]);
    expect(sha256(image)).toBe(original);
  });

  it('while it is written: it goes on to the end', async () => {
    const image = copyOf(damaged, join(directory, `${signal}-late.img`));
    const {child, ended} = start(image, '-y');
    await upToCommit(image, child);
    child.kill(signal);
    const {status, stderr} = await ended;
    expect([1, 32]).toContain(status);
    if (status === 1) expect(checker('e2fsck', '-fn', image).status).toBe(0);
    else expect([stderr, sha256(image)]).toEqual([expect.stringContaining('is as it was'), original]);
  }, 60_000);
});

it('in place, it says that it is half done', async () => {
  const image = copyOf(damaged, join(directory, 'in-place.img'));
  const {child, ended} = start(image, '-y', '--in-place');
  await wait(whole / 3);
  child.kill('SIGINT');
  const {status, stderr} = await ended;
  expect([status, stderr]).toEqual([32, `kdisk: interrupted; the repair of ${image} is half done: check it again\n`]);
  expect(kdisk(['fsck', '-y', image], {timeout: 60_000}).status).toBeLessThanOrEqual(1);
  expect(checker('e2fsck', '-fn', image).status).toBe(0);
}, 120_000);
