// SPDX-License-Identifier: GPL-2.0-only
// An image that somebody may write has no other users: neither in this process nor in another one.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {addon, boot} from '../support/addon.mjs';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {emptyImage, ext4Image, temporaryDirectory} from '../support/tools.ts';

const directory = temporaryDirectory();
const image = emptyImage(join(directory, 'disk.img'), 1 << 20);
const busy = {code: 'EBUSY', syscall: 'open', path: image};
const modes = ['overlay', 'read-only', 'read-write'] as const;

beforeAll(boot);

describe('in this process', () => {
  it.each(modes)('a writer keeps out %s', async (mode) => {
    const writer = await addon.attach(image, 'read-write');
    await expect(addon.attach(image, mode)).rejects.toMatchObject(busy);
    await addon.detach(writer.id);
    // The lock went with it.
    await addon.detach((await addon.attach(image, mode)).id);
  });

  it.each(['overlay', 'read-only'] as const)('a reader (%s) lets others read, not write', async (mode) => {
    const first = await addon.attach(image, mode);
    const others = [await addon.attach(image, 'overlay'), await addon.attach(image, 'read-only')];
    await expect(addon.attach(image, 'read-write')).rejects.toMatchObject(busy);
    for (const {id} of [first, ...others]) await addon.detach(id);
  });
});

describe('between processes', () => {
  /** Holds the lock of flock(1) until it is told to end. */
  async function locked(kind: '-s' | '-x', body: () => Promise<void>): Promise<void> {
    const command = ['-n', kind, image, '-c', 'echo locked; read line'];
    const holder = spawn('flock', command, {stdio: ['pipe', 'pipe', 'inherit']});
    const exited = once(holder, 'exit');
    try {
      // Without the word: somebody else still holds it.
      expect(await Promise.race([once(holder.stdout, 'data'), exited])).toEqual([Buffer.from('locked\n')]);
      await body();
    } finally {
      holder.stdin.end();
      await exited;
    }
  }

  it('a writer keeps out all', () =>
    locked('-x', async () => {
      for (const mode of modes) await expect(addon.attach(image, mode)).rejects.toMatchObject(busy);
    }));

  it('a reader keeps out writers', () =>
    locked('-s', async () => {
      await expect(addon.attach(image, 'read-write')).rejects.toMatchObject(busy);
      for (const mode of ['overlay', 'read-only'] as const) await addon.detach((await addon.attach(image, mode)).id);
    }));
});

describe("the host's kernel", () => {
  const why = noLoopMount('ext4');

  it.skipIf(why)(`keeps out a writer while it has the image mounted${why && `: ${why}`}`, async () => {
    const path = ext4Image(join(directory, 'mounted.img'), 8 << 20);
    const mounted = loopMount('ext4', path);
    await expect(addon.attach(path, 'read-write')).rejects.toMatchObject({code: 'EBUSY', path});
    await addon.detach((await addon.attach(path, 'overlay')).id);
    mounted.unmount();
    await addon.detach((await addon.attach(path, 'read-write')).id);
  });
});
