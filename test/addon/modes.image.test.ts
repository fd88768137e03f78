// SPDX-License-Identifier: GPL-2.0-only
// What the kernel may do to an image in each mode, and what of it the host's file keeps.
import {createHash} from 'node:crypto';
import {chmodSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {addon, AT_FDCWD, boot, call, callBelow, mount, NR, O_CREAT, O_LARGEFILE, O_RDWR} from '../support/addon.mjs';
import {emptyImage, ext4Image, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1 << 20;
const [EPERM, EACCES, EROFS] = [1, 13, 30];
const directory = temporaryDirectory();
const path = (name: string) => join(directory, name);

beforeAll(boot);

async function write(root: number, name: string, content: Uint8Array): Promise<void> {
  const fd = await callBelow(root, NR.openat, AT_FDCWD, name, O_RDWR | O_CREAT, 0o644);
  expect(await callBelow(root, NR.write, fd, content, content.length)).toBe(content.length);
  await call(NR.close, fd);
}

/** Work for the allocator: directories, files of many sizes, some of them removed again. */
async function fill(root: number): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (let index = 0; index < 40; index++) {
    await callBelow(root, NR.mkdirat, AT_FDCWD, `/d${index}`, 0o755);
    const content = Buffer.alloc(index * index * 499 + 1, `content ${index} `);
    files.set(`/d${index}/file`, content);
    await write(root, `/d${index}/file`, content);
    await write(root, `/d${index}/gone`, content);
  }
  for (let index = 0; index < 40; index++) await callBelow(root, NR.unlinkat, AT_FDCWD, `/d${index}/gone`, 0);
  return files;
}

/** SHA-256 of what the kernel's device holds. */
async function hashOfDisk(id: number, size: bigint): Promise<string> {
  const bytes = Buffer.alloc(Number(size));
  expect(await addon.readDisk(id, 0n, bytes)).toBe(bytes.length);
  return createHash('sha256').update(bytes).digest('hex');
}

describe('read-write', () => {
  it('leaves a file system that e2fsck and debugfs agree with', async () => {
    const image = ext4Image(path('read-write.img'), 64 * MIB);
    const disk = await addon.attach(image, 'read-write');
    const {root, unmount} = await mount(disk.device);
    const files = await fill(root);
    await unmount();
    await addon.detach(disk.id);
    // Throws with its report unless everything is in order.
    tool('e2fsck', ['-fn', image]);
    for (const [name, content] of files) {
      tool('debugfs', ['-R', `dump ${name} ${path('dump')}`, image]);
      expect(readFileSync(path('dump')).equals(content), name).toBe(true);
    }
    expect(tool('debugfs', ['-R', 'ls -p /d7', image])).not.toContain('gone');
  });

  it('keeps what was written to the device itself', async () => {
    const image = emptyImage(path('raw.img'), MIB);
    const disk = await addon.attach(image, 'read-write');
    const fd = await call(NR.openat, AT_FDCWD, disk.device, O_RDWR | O_LARGEFILE, 0);
    await call(NR.pwrite64, fd, Buffer.from('raw bytes'), 9, 70_000);
    await call(NR.close, fd);
    await addon.detach(disk.id);
    expect(readFileSync(image).subarray(70_000, 70_009).toString()).toBe('raw bytes');
  });
});

describe('overlay', () => {
  it('shows the kernel its writes and the host none of them', async () => {
    const image = ext4Image(path('overlay.img'), 64 * MIB);
    const before = sha256(image);
    const disk = await addon.attach(image, 'overlay');
    expect(await hashOfDisk(disk.id, disk.size)).toBe(before);
    const first = await mount(disk.device);
    const files = await fill(first.root);
    await call(NR.sync);
    await first.unmount();
    expect(await hashOfDisk(disk.id, disk.size)).not.toBe(before);

    // From the overlay again, not from the page cache of the mount that is gone.
    const second = await mount(disk.device, 'ext4', {readOnly: true});
    const [name, content] = [...files].at(-1)!;
    const fd = await callBelow(second.root, NR.openat, AT_FDCWD, name, 0, 0);
    const read = Buffer.alloc(content.length);
    expect(await call(NR.read, fd, read, read.length)).toBe(content.length);
    expect(read.equals(content)).toBe(true);
    await call(NR.close, fd);
    await second.unmount();
    await addon.detach(disk.id);
    expect(sha256(image)).toBe(before);
  });

  it('starts afresh with each attach', async () => {
    const image = emptyImage(path('fresh.img'), MIB);
    const first = await addon.attach(image, 'overlay');
    const fd = await call(NR.openat, AT_FDCWD, first.device, O_RDWR, 0);
    await call(NR.pwrite64, fd, Buffer.from('lost'), 4, 0);
    await call(NR.close, fd);
    await addon.detach(first.id);
    const second = await addon.attach(image, 'overlay');
    const bytes = Buffer.alloc(4);
    await addon.readDisk(second.id, 0n, bytes);
    await addon.detach(second.id);
    expect(bytes).toEqual(Buffer.alloc(4));
  });

  it('needs no permission to write the image', async () => {
    const image = ext4Image(path('protected.img'), 8 * MIB);
    chmodSync(image, 0o444);
    const disk = await addon.attach(image, 'overlay');
    const {root, unmount} = await mount(disk.device);
    await write(root, '/new', Buffer.from('new'));
    await unmount();
    await addon.detach(disk.id);
  });
});

describe('read-only', () => {
  it('refuses the kernel any write', async () => {
    const image = ext4Image(path('read-only.img'), 8 * MIB);
    const before = sha256(image);
    const disk = await addon.attach(image, 'read-only');
    await expect(mount(disk.device)).rejects.toMatchObject({errno: EACCES});
    const {root, unmount} = await mount(disk.device, 'ext4', {readOnly: true});
    await expect(write(root, '/new', Buffer.from('new'))).rejects.toMatchObject({errno: EROFS});
    await unmount();
    const fd = await call(NR.openat, AT_FDCWD, disk.device, O_RDWR, 0);
    await expect(call(NR.pwrite64, fd, Buffer.from('new'), 3, 0)).rejects.toMatchObject({errno: EPERM});
    await call(NR.close, fd);
    await addon.detach(disk.id);
    expect(sha256(image)).toBe(before);
  });
});
