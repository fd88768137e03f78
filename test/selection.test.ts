// SPDX-License-Identifier: GPL-2.0-only
// Which file system is meant, and what is said when that is not clear.
import {describe, expect, it} from 'vitest';
import {KdiskError} from '../src/errors.ts';
import type {Selector} from '../src/image-path.ts';
import type {Content} from '../src/probe/index.ts';
import {choose, type Choosable} from '../src/selection.ts';

const ext4: Content = {type: 'ext4', usage: 'filesystem', label: 'root', uuid: '01234567-89ab-cdef-0123-456789abcdef'};
const vfat: Content = {type: 'vfat', usage: 'filesystem', uuid: '1234-ABCD'};
const luks: Content = {type: 'crypto_LUKS', usage: 'crypto'};
const lvm: Content = {type: 'LVM2_member', usage: 'raid'};
const zfs: Content = {type: 'zfs_member', usage: 'raid'};
const iso: Content = {type: 'iso9660', usage: 'filesystem'};

function image(whole: Content | undefined, ...contents: (Content | undefined)[]): Choosable {
  return {
    path: 'disk.img',
    size: 1000n,
    device: '/dev/vda',
    content: whole,
    partitionTable: contents.length > 0 ? {kind: 'gpt'} : undefined,
    partitions: contents.map((content, index) => ({
      number: index + 1,
      size: 100n,
      device: `/dev/vda${index + 1}`,
      content,
    })),
  };
}

const p = (number: number): Selector => ({kind: 'partition', number});

function error(from: Choosable, selectors: Selector[] = []): KdiskError {
  try {
    choose(from, selectors);
  } catch (caught) {
    return caught as KdiskError;
  }
  throw new Error('nothing was thrown');
}

describe('choose', () => {
  it.each<[string, Choosable, Selector[], string]>([
    ['the file system of an unpartitioned image', image(ext4), [], '/dev/vda'],
    ['the only one of a table', image(undefined, undefined, ext4), [], '/dev/vda2'],
    ['the only one that can be opened', image(undefined, luks, ext4, lvm), [], '/dev/vda2'],
    ['by number', image(undefined, vfat, ext4), [p(2)], '/dev/vda2'],
    ['by label', image(undefined, vfat, ext4), [{kind: 'label', value: 'root'}], '/dev/vda2'],
    ['by UUID, whatever its case', image(undefined, vfat, ext4), [{kind: 'uuid', value: '1234-abcd'}], '/dev/vda1'],
    [
      'by UUID without dashes',
      image(undefined, vfat, ext4),
      [{kind: 'uuid', value: '0123456789ABCDEF0123456789ABCDEF'}],
      '/dev/vda2',
    ],
    ['the disc, not the firmware partition of a bootable CD', image(iso, undefined, vfat), [], '/dev/vda'],
    ['the firmware partition when asked for', image(iso, undefined, vfat), [p(2)], '/dev/vda2'],
    ['the whole disk', image(ext4, vfat), [{kind: 'disk'}], '/dev/vda'],
  ])('takes %s', (_, from, selectors, device) => expect(choose(from, selectors).device).toBe(device));

  it('lists what could be pasted when there is more than one', () => {
    expect(error(image(undefined, vfat, ext4))).toMatchObject({
      code: 'ERR_AMBIGUOUS_VOLUME',
      message: 'disk.img holds 2 file systems; choose one: disk.img@p1:/ (vfat), disk.img@p2:/ (ext4 "root")',
    });
  });

  it.each<[string, Choosable, Selector[], string, RegExp]>([
    [
      'a partition that does not exist',
      image(undefined, ext4),
      [p(7)],
      'ERR_NO_SUCH_VOLUME',
      /@p7; it holds disk\.img@p1:\/ \(ext4/,
    ],
    ['a partition of an image without any', image(ext4), [p(1)], 'ERR_NO_SUCH_VOLUME', /disk\.img@disk:\//],
    [
      'a label that nothing has',
      image(undefined, vfat),
      [{kind: 'label', value: 'x'}],
      'ERR_NO_SUCH_VOLUME',
      /@label=x/,
    ],
    ['an empty partition', image(undefined, ext4, undefined), [p(2)], 'ERR_NO_FILE_SYSTEM', /partition 2/],
    ['garbage', image(undefined), [], 'ERR_NO_FILE_SYSTEM', /neither a partition table nor a known file system/],
    ['empty partitions', image(undefined, undefined), [], 'ERR_NO_FILE_SYSTEM', /gpt partition table/],
    ['an encrypted partition', image(undefined, luks), [], 'ERR_ENCRYPTED', /disk\.img@p1 is encrypted/],
    ['an encrypted disk', image(luks), [], 'ERR_ENCRYPTED', /^disk\.img is encrypted/],
    ['LVM', image(lvm), [], 'ERR_UNSUPPORTED', /LVM2/],
    ['ZFS', image(zfs), [], 'ERR_UNSUPPORTED', /ZFS/],
    [
      'a file system without a driver',
      image({type: 'apfs', usage: 'filesystem'}),
      [],
      'ERR_UNSUPPORTED',
      /apfs, which cannot be opened: the kernel has no driver/,
    ],
  ])('explains %s', (_, from, selectors, code, message) => {
    expect(error(from, selectors)).toBeInstanceOf(KdiskError);
    expect(error(from, selectors).code).toBe(code);
    expect(error(from, selectors).message).toMatch(message);
    expect(error(from, selectors).message).not.toContain('\n');
  });
});
