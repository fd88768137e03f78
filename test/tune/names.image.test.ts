// SPDX-License-Identifier: GPL-2.0-only
// kdisk label and uuid: what they set, blkid reads and the file system's own checker accepts; what they refuse, they leave.
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {makeFileSystem, unsound, type Type} from '../support/judges.ts';
import {kdisk} from '../support/kdisk.ts';
import {tag} from '../support/new-image.ts';
import {emptyImage, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const directory = temporaryDirectory();
const UUID = '01234567-89ab-cdef-0123-456789abcdef';

/** A file system with a file in it, which our kernel has mounted and unmounted. */
function image(type: Type): string {
  const path = makeFileSystem(type, join(directory, `${type}.img`));
  expect(kdisk(['cp', join(import.meta.dirname, 'names.image.test.ts'), `${path}:/file`]).status).toBe(0);
  return path;
}

const content = (path: string) => kdisk(['sum', `${path}:/file`]).stdout.split(' ')[0];

describe.each([
  ['ext4', UUID],
  ['btrfs', UUID],
  ['xfs', UUID],
  ['vfat', '1234-ABCD'],
  ['exfat', '1234-ABCD'],
  ['ntfs', '0123456789ABCDEF'],
  ['f2fs', undefined],
] as [Type, string | undefined][])('%s', (type, number) => {
  const path = image(type);
  const sum = content(path);

  it('gets another label, and loses it', () => {
    expect(kdisk(['label', path, 'NEW'])).toMatchObject({status: 0, stdout: '', stderr: ''});
    expect(tag(path, 'LABEL')).toBe('NEW');
    expect(kdisk(['label', path]).stdout).toBe('NEW\n');
    expect(unsound(type, path)).toBe('');
    expect(JSON.parse(kdisk(['label', '--json', path, '']).stdout)).toMatchObject({before: 'NEW', value: null});
    // blkid shows FAT's word for "none", NO NAME, in no tag.
    expect(tag(path, 'LABEL')).toBe('');
    expect(content(path)).toBe(sum);
  });

  if (number === undefined) return;
  it('gets another UUID', () => {
    expect(kdisk(['uuid', path, number])).toMatchObject({status: 0, stdout: '', stderr: ''});
    expect(tag(path, 'UUID')).toBe(number);
    expect(kdisk(['uuid', path, 'random']).status).toBe(0);
    expect(tag(path, 'UUID')).not.toBe(number);
    expect(unsound(type, path)).toBe('');
    expect(content(path)).toBe(sum);
  });
});

describe('nothing is written', () => {
  const path = image('ext4');

  it.each([
    [['label', path, 'a label that is too long'], 2, /16 bytes at most/],
    [['uuid', path, 'bogus'], 2, /is written/],
    [['label', `${path}:/file`, 'x'], 2, /names a file/],
    [['label', join(directory, 'no.img'), 'x'], 3, /no such image/],
    [['uuid', makeFileSystem('f2fs', join(directory, 'another.img')), UUID], 6, /no tool/],
    [['label', emptyImage(join(directory, 'empty.img'), 1 << 20), 'x'], 6, /./],
  ] as [string[], number, RegExp][])('by kdisk %j', (words, status, message) => {
    const before = sha256(path);
    const run = kdisk(words);
    expect(run.status).toBe(status);
    expect(run.stderr).toMatch(message);
    expect(run.stderr.trimEnd()).not.toMatch(/\n/);
    expect(sha256(path)).toBe(before);
  });

  it('to a file system that is damaged', () => {
    tool('debugfs', ['-w', '-R', 'set_super_value state 2', path]);
    tool('debugfs', ['-w', '-R', 'clri <12>', path]);
    const before = sha256(path);
    const run = kdisk(['uuid', path, UUID]);
    expect([run.status, sha256(path)]).toEqual([4, before]);
    expect(run.stderr).toMatch(/kdisk fsck -y/);
  });
});

it('of a partition, nothing else changes', () => {
  const disk = emptyImage(join(directory, 'disk.img'), 64 << 20);
  tool('sfdisk', ['-q', disk], 'label: gpt\nsize=16M\nsize=32M\n');
  expect(kdisk(['mkfs', '-q', '-t', 'vfat', `${disk}@p1`]).status).toBe(0);
  expect(kdisk(['mkfs', '-q', '-t', 'ext4', `${disk}@p2`]).status).toBe(0);
  const first = () => tool('sh', ['-c', 'head -c 17M "$1" | sha256sum', 'sh', disk]);
  const before = first();
  expect(kdisk(['label', `${disk}@p2`, 'root']).status).toBe(0);
  expect(kdisk(['label', `${disk}@p2`]).stdout).toBe('root\n');
  expect(first()).toBe(before);
});
