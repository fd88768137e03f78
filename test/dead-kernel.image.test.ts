// SPDX-License-Identifier: GPL-2.0-only
// A kernel that panics takes nothing down: the call that met it rejects, and so do all after it.
import {expect, it} from 'vitest';
import {binding} from '../src/binding.ts';
import {KdiskError, open} from '../src/index.ts';
import {makeDisks} from './support/disk.ts';
import {temporaryDirectory} from './support/tools.ts';

it('rejects with the last words of the kernel', async () => {
  const {plain} = makeDisks(temporaryDirectory());
  const image = await open(plain);
  const volume = await image.volume();
  await expect(binding().crash('panic')).rejects.toMatchObject({code: 'EKERNELDEAD'});
  const error: unknown = await volume.readFile('/etc/hostname').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(KdiskError);
  expect(error).toMatchObject({code: 'EKERNELDEAD', kernelLog: expect.stringContaining('Kernel panic')});
  await expect(open(plain)).rejects.toMatchObject({code: 'EKERNELDEAD'});
});
