// SPDX-License-Identifier: GPL-2.0-only
// The same source, time and UUID make the same image in every byte, whenever and in whatever directory that is done.
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {unsound} from '../support/judges.ts';
import {kdisk} from '../support/kdisk.ts';
import {failed, judgeOf, makeFiles, mkfs, SIZES, tag, type Writable} from '../support/new-image.ts';
import {sha256, temporaryDirectory, tool} from '../support/tools.ts';

const directory = temporaryDirectory();
const MINUTES = 5 * 60_000;
const UUID = '01234567-89ab-cdef-0123-456789abcdef';
const EPOCH = 1_400_000_000;
const tree = join(directory, 'tree');
makeFiles(tree, 1500);
const plain = join(directory, 'plain');
mkdirSync(plain);
for (let index = 0; index < 500; index++) writeFileSync(join(plain, `file ${index}`), `${index} `.repeat(index));
const archive = join(directory, 'tree.tar');
tool('tar', ['--format=posix', '-S', '-C', tree, '-cf', archive, '.']);
const plainArchive = join(directory, 'plain.tar');
tool('tar', ['--format=posix', '-C', plain, '-cf', plainArchive, '.']);

const isFat = (type: Writable) => type === 'vfat' || type === 'exfat';

describe.each(['ext4', 'btrfs', 'xfs', 'vfat', 'exfat'] as const)('%s', (type) => {
  const id = isFat(type) ? '1234-ABCD' : UUID;
  const source = isFat(type) ? plain : tree;
  const common = ['-q', '-t', type, '-U', id, '-L', 'SAME'];

  it.each([
    ['empty', ['--size', `${SIZES[type]}M`], undefined],
    ['of a directory', ['--from', source], undefined],
    ['of an archive', ['--size', `${SIZES[type]}M`, '--from', '-'], isFat(type) ? plainArchive : archive],
  ])('%s', {timeout: MINUTES}, (name, words, input) => {
    const images = ['first', 'second'].map((folder, index) => {
      const image = join(directory, `${type} ${name} ${folder}.img`);
      const options = {
        env: index === 0 ? {SOURCE_DATE_EPOCH: String(EPOCH)} : {},
        ...(input === undefined ? {} : {input: readFileSync(input)}),
      };
      const time = index === 0 ? [] : ['--timestamp', '2014-05-13T16:53:20Z'];
      const {status, stderr} = mkfs([...common, ...words, ...time, image], options);
      expect([status, stderr.replace(/^kdisk: \w+ keeps neither.*\n/, '')]).toEqual([0, '']);
      return image;
    }) as [string, string];
    expect(sha256(images[0])).toBe(sha256(images[1]));
    expect(unsound(judgeOf(type), images[0])).toBe('');
  });

  it('has no time that is later', () => {
    const image = join(directory, `${type} of a directory first.img`);
    // The root of FAT and exFAT has no times of its own.
    const times = kdisk(['find', '--json', `${image}:/*`]).stdout.matchAll(/"[cmb]?time": "(\d{4}-[^"]+)"/g);
    const all = [...times].map(([, time]) => Date.parse(time!) / 1000);
    expect(all.length).toBeGreaterThan(400);
    expect(Math.max(...all)).toBeLessThanOrEqual(EPOCH);
  });
});

it('another UUID makes another image', () => {
  const images = [UUID, UUID.replace('0123', '4567')].map((uuid, index) => {
    const image = join(directory, `other-${index}.img`);
    expect(failed(mkfs(['-t', 'ext4', '--size', '8M', '-U', uuid, '--timestamp', String(EPOCH), image]))).toBe('');
    expect(tag(image, 'UUID')).toBe(uuid);
    return image;
  }) as [string, string];
  expect(sha256(images[0])).not.toBe(sha256(images[1]));
});

it('a bad SOURCE_DATE_EPOCH is refused', () => {
  const {status, stderr} = mkfs(['-t', 'ext4', '--size', '8M', join(directory, 'x.img')], {env: {SOURCE_DATE_EPOCH: 'today'}});
  expect([status, stderr]).toEqual([2, 'kdisk: SOURCE_DATE_EPOCH is no number of seconds since 1970: "today"\n']);
});
