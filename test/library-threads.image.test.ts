// SPDX-License-Identifier: GPL-2.0-only
// The library in worker threads: each writes its own image, at once, in the one kernel of the process.
import {Worker} from 'node:worker_threads';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {beforeAll, expect, it} from 'vitest';
import {open} from '../src/index.ts';
import {ext4Image, temporaryDirectory, tool} from './support/tools.ts';

const directory = temporaryDirectory();
const bundle = join(directory, 'library.mjs');
const inRepository = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Runs in the thread. */
const SCRIPT = `
  const {workerData, parentPort} = await import('node:worker_threads');
  const {open} = await import(workerData.bundle);
  const image = await open(workerData.path, {write: true});
  const volume = await image.volume();
  for (let index = 0; index < 300; index++) await volume.writeFile('/f' + index, workerData.name + index);
  const content = await volume.readFile('/f299', 'utf8');
  if (!workerData.leave) await image.close();
  parentPort.postMessage(content);
`;

beforeAll(async () => {
  // The threads load it as a program would; where addon and kernel lie is said by the environment.
  await build({
    entryPoints: [inRepository('src/index.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile: bundle,
    logLevel: 'error',
  });
  process.env.KDISK_ADDON ||= inRepository('addon/build/Release/kdisk.node');
  process.env.KDISK_KERNEL ||= inRepository('lkl/build/kdisk-kernel.elf');
});

function run(name: string, leave = false): {path: string; result: Promise<unknown>; ended: Promise<unknown>} {
  const path = ext4Image(join(directory, `${name}.img`), 32 << 20);
  const worker = new Worker(`(async () => {${SCRIPT}})()`, {eval: true, workerData: {bundle, path, name, leave}});
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  return {path, ended, result: new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))};
}

it('writes from several threads and the main one, each to its own image', async () => {
  const mine = ext4Image(join(directory, 'main.img'), 32 << 20);
  const image = await open(mine, {write: true});
  const volume = await image.volume();
  const workers = ['one', 'two', 'three'].map((name) => run(name));
  for (let index = 0; index < 300; index++) await volume.writeFile(`/f${index}`, `main${index}`);
  expect(await Promise.all(workers.map(({result}) => result))).toEqual(['one299', 'two299', 'three299']);
  await image.close();
  for (const [path, name] of [[mine, 'main'], ...workers.map(({path}, index) => [path, ['one', 'two', 'three'][index]!])]) {
    tool('e2fsck', ['-fn', path!]);
    expect(tool('debugfs', ['-R', 'cat /f299', path!])).toBe(`${name}299`);
    expect(tool('debugfs', ['-R', 'ls -p /', path!]).match(/\/f\d+\//g)).toHaveLength(300);
  }
});

it('keeps an image that a thread left open from others: what the thread wrote is not yet in it', async () => {
  const {path, result, ended} = run('left', true);
  expect(await result).toBe('left299');
  await ended;
  await expect(open(path, {write: true})).rejects.toMatchObject({code: 'EBUSY'});
});
