// SPDX-License-Identifier: GPL-2.0-only
// Block devices of the host as images. Needs root and a loop device.
import {spawnSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, expect, it, onTestFinished, type TestContext} from 'vitest';
import {addon, AT_FDCWD, boot, call, callBelow, mount, NR, O_CREAT, O_RDWR} from '../support/addon.mjs';
import {ext4Image, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const directory = temporaryDirectory();

beforeAll(boot);

/** A loop device with an ext4 of its own, until the test is over. */
function loopDevice({skip}: TestContext, name: string): {image: string; device: string} {
  const image = ext4Image(join(directory, name), 16 << 20);
  const {status, stdout} = spawnSync('losetup', ['-f', '--show', image], {encoding: 'utf8'});
  skip(status !== 0, 'needs root and a loop device');
  const device = stdout.trim();
  onTestFinished(() => void tool('losetup', ['-d', device]));
  return {image, device};
}

it('is written through to the device', async (context) => {
  const {image, device} = loopDevice(context, 'written');
  const disk = await addon.attach(device, 'read-write');
  expect(disk.size).toBe(BigInt(16 << 20));
  const {root, unmount} = await mount(disk.device);
  const fd = await callBelow(root, NR.openat, AT_FDCWD, '/new', O_RDWR | O_CREAT, 0o644);
  await call(NR.write, fd, Buffer.from('through the device'), 18);
  await call(NR.close, fd);
  await unmount();
  await addon.detach(disk.id);
  tool('e2fsck', ['-fn', image]);
  expect(tool('debugfs', ['-R', 'cat /new', image])).toBe('through the device');
});

it('is left alone by an overlay', async (context) => {
  const {image, device} = loopDevice(context, 'overlaid');
  const before = sha256(image);
  const disk = await addon.attach(device, 'overlay');
  const {root, unmount} = await mount(disk.device);
  await callBelow(root, NR.mkdirat, AT_FDCWD, '/new', 0o755);
  await unmount();
  await addon.detach(disk.id);
  expect(sha256(image)).toBe(before);
});

it('is not written while the host has it mounted', async (context) => {
  const {device} = loopDevice(context, 'mounted');
  const point = join(directory, 'point');
  mkdirSync(point);
  tool('mount', ['-t', 'ext4', '-o', 'ro', device, point]);
  try {
    await expect(addon.attach(device, 'read-write')).rejects.toMatchObject({code: 'EBUSY', path: device});
    const disk = await addon.attach(device, 'overlay');
    await addon.detach(disk.id);
  } finally {
    tool('umount', [point]);
  }
});
