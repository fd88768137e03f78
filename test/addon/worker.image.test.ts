// SPDX-License-Identifier: GPL-2.0-only
// Worker threads share the kernel of the process. One that is ended takes its calls along, and the kernel only when
// such a call does not come to an end.
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Worker} from 'node:worker_threads';
import {describe, expect, it} from 'vitest';
import {addon, boot, NR} from '../support/addon.mjs';
import {runChild} from '../support/child.ts';
import {largeFileImage} from '../support/large-file.ts';
import {temporaryDirectory} from '../support/tools.ts';

const directory = temporaryDirectory();
const image = largeFileImage(directory);

// Concurrently, because two of them wait for the addon's patience with calls that do not end.
describe.concurrent('a worker that is ended', () => {
  async function end(way: string) {
    const {status, signal, stdout, stderr} = await runChild('worker', [way, image, join(directory, way)]);
    expect({status, signal, stderr}).toEqual({status: 0, signal: null, stderr: ''});
    return JSON.parse(stdout);
  }
  const working = {next: expect.any(Number), second: 'vdb'};

  it('in the middle of reading leaves the kernel working', async ({expect}) => {
    expect(await end('reads')).toEqual({status: 1, ...working});
  });

  it('in the middle of a copy removes what is half done', async ({expect}) => {
    expect(await end('copy')).toEqual({status: 1, ...working});
    // It copies the same file again and again: the end may come between two copies, and then a whole one is there.
    const left = join(directory, 'copy');
    const whole = existsSync(left) ? readFileSync(left).equals(readFileSync(join(directory, 'tree', 'large'))) : true;
    expect(whole).toBe(true);
  });

  it('by itself leaves its disks to the others', async ({expect}) => {
    expect(await end('leaves')).toEqual({status: 0, ...working});
  });

  it('in a call that waits for ever stops the kernel', async ({expect}) => {
    expect(await end('pipe')).toEqual({status: 1, next: 'EKERNELDEAD'});
  });

  it('with a kernel that spins stops it', async ({expect}) => {
    expect(await end('spin')).toEqual({status: 1, next: 'EKERNELDEAD'});
  });
});

it('gives each thread its own results', async () => {
  await boot();
  // Of the four calls that may wait inside the kernel at once, one is left for those that end the others' waits.
  const workers = Array.from({length: 3}, () => new Worker(new URL('children/echo.mjs', import.meta.url)));
  const reports = workers.map(
    (worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject)),
  );
  const main = Promise.all(Array.from({length: 500}, () => addon.syscall(-1, NR.getpid)));
  // Bytes through a pipe of the worker's: all of them back, in order.
  expect(await Promise.all(reports)).toEqual([1, 2, 3].map(() => ({rounds: 500, wrong: 0})));
  expect((await main).every((pid) => pid > 0)).toBe(true);
});
