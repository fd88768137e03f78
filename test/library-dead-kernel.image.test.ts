// SPDX-License-Identifier: GPL-2.0-only
// A kernel that dies while an image is written: everything says so, closing too, and the journal brings the image back.
import {copyFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {binding} from '../src/binding.ts';
import {open} from '../src/index.ts';
import {ext4Image, temporaryDirectory, tool} from './support/tools.ts';

it('rejects all that is under way and all that follows', async () => {
  const path = ext4Image(join(temporaryDirectory(), 'disk.img'), 32 << 20);
  const image = await open(path, {write: true});
  const volume = await image.volume();
  await volume.writeFile('/synced', 'safe', {flush: true});
  const handle = await volume.open('/open', 'w');
  const directory = await volume.opendir('/');
  const dead = {name: 'KdiskError', code: 'EKERNELDEAD', kernelLog: expect.stringContaining('Kernel panic')};
  const underWay = volume.writeFile('/never', Buffer.alloc(1 << 20));
  await expect(binding().crash('panic')).rejects.toMatchObject({code: 'EKERNELDEAD'});
  await underWay.catch((error: unknown) => expect(error).toMatchObject(dead));
  for (const call of [
    () => volume.writeFile('/f', ''),
    () => volume.rm('/synced'),
    () => volume.copyFile('/synced', '/copy'),
    () => volume.rename('/synced', '/x'),
    () => volume.sync(),
    () => volume.walk('/').next(),
    () => volume.glob('/s*').next(),
    () => handle.write('x'),
    () => handle.sync(),
    () => handle.close(),
    () => open(path),
  ])
    await expect(call(), String(call)).rejects.toMatchObject({code: 'EKERNELDEAD'});
  // What it has in memory is still given.
  const rest = async () => {
    while (await directory.read());
  };
  await expect(rest()).rejects.toMatchObject({code: 'EKERNELDEAD'});
  await expect(volume.close()).rejects.toMatchObject({code: 'EKERNELDEAD'});
  await expect(image.close()).rejects.toMatchObject({code: 'EKERNELDEAD'});
  await expect(image.close()).rejects.toMatchObject({code: 'EKERNELDEAD'});
  // On a copy: this process has the image open until it ends.
  copyFileSync(path, `${path}.copy`);
  // Ends with 1: it replayed the journal.
  tool('sh', ['-c', 'e2fsck -fy "$0" || test $? = 1', `${path}.copy`]);
  tool('e2fsck', ['-fn', `${path}.copy`]);
  expect(tool('debugfs', ['-R', 'cat /synced', `${path}.copy`])).toBe('safe');
});
