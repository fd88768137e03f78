// SPDX-License-Identifier: GPL-2.0-only
// Several processes and one image: readers together, a writer alone, and the second comer is told that it is busy.
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {beforeAll, describe, expect, it} from 'vitest';
import {sha256} from '../support/compare.ts';
import {kdisk} from '../support/kdisk.ts';
import {ext4Image, temporaryDirectory, tool} from '../support/tools.ts';

const BUSY = 5;
const holder = fileURLToPath(new URL('./children/hold.mjs', import.meta.url));
const directory = temporaryDirectory();
const image = join(directory, 'disk.img');
const file = join(directory, 'file');

const read = () => kdisk(['ls', image]);
const write = () => kdisk(['cp', file, `${image}:/copied`]);

beforeAll(() => {
  writeFileSync(file, 'from the host');
  ext4Image(image, 32 << 20);
});

async function held(how: 'read' | 'write', body: (child: ChildProcess) => void | Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [holder, how, image], {stdio: ['pipe', 'pipe', 'inherit']});
  const exited = once(child, 'exit');
  try {
    expect(await Promise.race([once(child.stdout!, 'data'), exited])).toEqual([Buffer.from('open\n')]);
    await body(child);
  } finally {
    child.stdin!.end();
    await exited;
  }
}

describe('while one process writes', () => {
  it.each([
    ['readers', read],
    ['writers', write],
  ])('%s are told that the image is busy', (_, run) =>
    held('write', () => {
      const {status, stdout, stderr} = run();
      expect({status, stdout}).toEqual({status: BUSY, stdout: ''});
      expect(stderr).toMatch(/^kdisk: .*disk\.img.* in use by another program.*\n$/);
    }),
  );
});

describe('while one process reads', () => {
  it('others read', () => held('read', () => expect(read()).toMatchObject({status: 0, stdout: 'lost+found\n'})));

  it('nobody writes', () =>
    held('read', async () => {
      const before = await sha256(image);
      const {status, stderr} = write();
      expect(status).toBe(BUSY);
      expect(stderr).toMatch(/^kdisk: .*disk\.img.* in use by another program.*\n$/);
      expect(await sha256(image)).toBe(before);
    }));
});

it('a lock goes with its process, however that ends', async () => {
  await held('write', async (child) => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(write()).toMatchObject({status: 0, stderr: ''});
  });
  tool('e2fsck', ['-fn', image]);
  expect(tool('debugfs', ['-R', 'cat /copied', image])).toBe('from the host');
});
