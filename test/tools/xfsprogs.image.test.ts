// SPDX-License-Identifier: GPL-2.0-only
// xfs_repair on a 32-bit machine: upstream's own build of the same version judges what ours has rebuilt. Every repair
// makes all trees of free space, inodes and reverse mappings anew, also where nothing is wrong.
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {beforeAll, expect, it} from 'vitest';
import {binding} from '../../src/binding.ts';
import {open} from '../../src/index.ts';
import {runTool, type ToolResult} from '../../src/tools/run.ts';
import {emptyImage, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1024 * 1024;
const BLOCK = 1024;
/** More than fit below an inode's root and one level of blocks. */
const EXTENTS = 3000;
const FILES = 300;
const UUID = '01234567-89ab-cdef-0123-456789abcdef';

const directory = temporaryDirectory();
const script = fileURLToPath(new URL('../../tools/native.sh', import.meta.url));
let native: string;
beforeAll(() => {
  native = join(execFileSync('bash', [script], {encoding: 'utf8'}).trim(), 'xfs_repair');
}, 300_000);

async function run(image: string, name: string, args: string[]): Promise<ToolResult> {
  const {handle, size} = await binding().openDisk(image, 'read-write');
  try {
    const options = {disks: [{handle, size, writable: true}], timestamp: 1_700_000_000, seed: Buffer.from('xfs')};
    return await runTool({tool: name, args: [...args, '/disk']}, options);
  } finally {
    await binding().closeDisk(handle);
  }
}

async function make(name: string, ...options: string[]): Promise<string> {
  const image = emptyImage(join(directory, name), 400 * MIB);
  const {exitCode, stderr} = await run(image, 'mkfs.xfs', ['-q', '-f', '-m', `uuid=${UUID}`, ...options]);
  expect([exitCode, stderr.toString()]).toEqual([0, '']);
  return image;
}

const content = (index: number) => Buffer.alloc(BLOCK, `${index} `);

/** A directory of files, and a file of which every second block is a hole. */
async function fill(image: string): Promise<void> {
  await using opened = await open(image, {write: true});
  const volume = await opened.volume();
  await volume.mkdir('/files');
  for (let index = 0; index < FILES; index++) await volume.writeFile(`/files/a name of some length ${index}`, 'x');
  const file = await volume.open('/holes', 'w');
  for (let index = 0; index < EXTENTS; index++) await file.write(content(index), 0, BLOCK, 2 * index * BLOCK);
  await file.close();
}

async function expectFilled(image: string): Promise<void> {
  await using opened = await open(image);
  const volume = await opened.volume();
  expect(await volume.readdir('/files')).toHaveLength(FILES);
  const holes = (await volume.readFile('/holes')) as Buffer;
  expect(holes).toHaveLength((2 * EXTENTS - 1) * BLOCK);
  for (let index = 0; index < EXTENTS; index++) {
    const start = 2 * index * BLOCK;
    if (!holes.subarray(start, start + BLOCK).equals(content(index))) throw new Error(`block ${index} differs`);
  }
}

it.each([
  ['reverse mappings and shared blocks', ['-m', 'rmapbt=1,reflink=1']],
  ['parent pointers', ['-i', 'exchange=1', '-n', 'parent=1']],
  ['none of them', ['-m', 'rmapbt=0,reflink=0']],
])('rebuilds the trees of a sound file system: %s', async (name, options) => {
  const image = await make(`${name}.img`, '-b', `size=${BLOCK}`, ...options);
  await fill(image);
  expect((await run(image, 'xfs_repair', ['-f', '-n'])).exitCode).toBe(0);
  expect((await run(image, 'xfs_repair', ['-f', '-e'])).exitCode).toBe(0);
  tool(native, ['-n', '-f', image]);
  await expectFilled(image);
}, 120_000);

it('makes the same image twice', async () => {
  expect(sha256(await make('first.img'))).toBe(sha256(await make('second.img')));
}, 60_000);
