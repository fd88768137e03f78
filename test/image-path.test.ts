// SPDX-License-Identifier: GPL-2.0-only
// The address grammar, as a table of words and what they stand for.
import {describe, expect, it} from 'vitest';
import {
  AddressError,
  formatAddress,
  parseAddress,
  parseImageAddress,
  parseImageName,
  type Selector,
} from '../src/image-path.ts';

const p = (number: number): Selector => ({kind: 'partition', number});
const disk: Selector = {kind: 'disk'};
const label = (value: string): Selector => ({kind: 'label', value});
const uuid = (value: string): Selector => ({kind: 'uuid', value});

type InImage = [word: string, image: string | undefined, selectors: Selector[], path: string];

const inImage: InImage[] = [
  ['disk.img:/', 'disk.img', [], '/'],
  ['disk.img:/etc/fstab', 'disk.img', [], '/etc/fstab'],
  ['./disk.img:/etc', './disk.img', [], '/etc'],
  ['/var/disks/disk.img:/etc', '/var/disks/disk.img', [], '/etc'],
  ['../d.img:/a b', '../d.img', [], '/a b'],
  ['disk.img@p2:/etc', 'disk.img', [p(2)], '/etc'],
  ['disk.img@p12:/etc', 'disk.img', [p(12)], '/etc'],
  ['disk.img@p01:/etc', 'disk.img', [p(1)], '/etc'],
  ['disk.img@disk:/etc', 'disk.img', [disk], '/etc'],
  ['disk.img@label=root:/etc', 'disk.img', [label('root')], '/etc'],
  ['disk.img@label=a%40b%3A/c:/etc', 'disk.img', [label('a@b:/c')], '/etc'],
  ['disk.img@label=:/etc', 'disk.img', [label('')], '/etc'],
  ['disk.img@uuid=1234-ABCD:/etc', 'disk.img', [uuid('1234-ABCD')], '/etc'],
  ['disk.img@p1@label=x:/etc', 'disk.img', [p(1), label('x')], '/etc'],
  // an "@" that starts no selector belongs to the name
  ['john@work.img:/etc', 'john@work.img', [], '/etc'],
  ['john@work.img@p1:/etc', 'john@work.img', [p(1)], '/etc'],
  ['a@p1/disk.img:/etc', 'a@p1/disk.img', [], '/etc'],
  ['disk.img@part2:/etc', 'disk.img@part2', [], '/etc'],
  ['disk.img@2:/etc', 'disk.img@2', [], '/etc'],
  ['disk.img@P2:/etc', 'disk.img@P2', [], '/etc'],
  // one more "@" ends a name that looks like it had a selector
  ['odd@p2@:/etc', 'odd@p2', [], '/etc'],
  ['odd@p2@@p3:/etc', 'odd@p2', [p(3)], '/etc'],
  ['odd@@:/etc', 'odd@', [], '/etc'],
  // --image
  [':/etc/fstab', undefined, [], '/etc/fstab'],
  [':/', undefined, [], '/'],
  ['@p2:/etc', undefined, [p(2)], '/etc'],
  ['://etc', undefined, [], '/etc'],
  // the escape for Git Bash, and superfluous slashes
  ['disk.img://etc/fstab', 'disk.img', [], '/etc/fstab'],
  ['disk.img:///etc', 'disk.img', [], '/etc'],
  ['disk.img@p1://', 'disk.img', [p(1)], '/'],
  // only the first separator counts
  ['disk.img:/a:/b', 'disk.img', [], '/a:/b'],
  ['disk.img:/a@p2:/b', 'disk.img', [], '/a@p2:/b'],
  ['a:b.img:/c', 'a:b.img', [], '/c'],
  // Windows
  ['C:\\x.img:/etc', 'C:\\x.img', [], '/etc'],
  ['C:\\x.img@p1:/etc', 'C:\\x.img', [p(1)], '/etc'],
  ['C:/x.img:/etc', 'C:/x.img', [], '/etc'],
  ['c:/x.img@p1:/etc', 'c:/x.img', [p(1)], '/etc'],
  ['C:x.img:/etc', 'C:x.img', [], '/etc'],
  ['\\\\?\\C:\\x.img:/etc', '\\\\?\\C:\\x.img', [], '/etc'],
  ['\\\\?\\C:/x.img:/etc', '\\\\?\\C:/x.img', [], '/etc'],
  ['\\\\.\\C:/x.img:/etc', '\\\\.\\C:/x.img', [], '/etc'],
  ['//?/C:/x.img:/etc', '//?/C:/x.img', [], '/etc'],
  ['\\\\server\\share\\x.img:/etc', '\\\\server\\share\\x.img', [], '/etc'],
  ['\\\\.\\PhysicalDrive1@p1:/etc', '\\\\.\\PhysicalDrive1', [p(1)], '/etc'],
  // schemes
  ['https://host/x.img:/etc', 'https://host/x.img', [], '/etc'],
  ['https://host:8080/x.img@p3:/etc', 'https://host:8080/x.img', [p(3)], '/etc'],
  ['https://user@host/x.img:/etc', 'https://user@host/x.img', [], '/etc'],
  ['s3://bucket/x.img:/etc', 's3://bucket/x.img', [], '/etc'],
  ['ssh://me@host/srv/x.img:/etc', 'ssh://me@host/srv/x.img', [], '/etc'],
  ['nbd+unix:///x?socket=/s:/etc', 'nbd+unix:///x?socket=/s', [], '/etc'],
  ['file:///C:/x.img:/etc', 'file:///C:/x.img', [], '/etc'],
  ['HTTP://host/x.img:/etc', 'HTTP://host/x.img', [], '/etc'],
];

const host = [
  'disk.img',
  '/etc/fstab',
  'disk.img:',
  'disk.img:etc',
  'disk.img@p1',
  'C:/Users/x',
  'C:\\Users\\x',
  'a:/etc',
  '\\\\?\\C:/x',
  'https://host/x.img',
  's3://bucket/key',
  'file:///C:/x.img',
  '--',
  ' ',
];

describe('parseAddress', () => {
  it.each(inImage)('%s is in an image', (word, image, selectors, path) => {
    expect(parseAddress(word)).toEqual({kind: 'image', image, selectors, path});
  });

  it.each(host)('%s is a path of the host', (word) => {
    expect(parseAddress(word)).toEqual({kind: 'host', path: word});
  });

  it('knows the stream', () => expect(parseAddress('-')).toEqual({kind: 'stream'}));

  it.each([
    ['', 'empty'],
    ['disk.img:/a\0b', 'NUL'],
    ['disk.img@p0:/', 'numbered from 1'],
    ['disk.img@label=%zz:/', '%25'],
  ])('refuses %j', (word, reason) => {
    expect(() => parseAddress(word)).toThrow(AddressError);
    expect(() => parseAddress(word)).toThrow(reason);
  });
});

describe('parseImageAddress', () => {
  it('takes a bare image as its root directory', () => {
    expect(parseImageAddress('C:/x.img@p2')).toEqual({kind: 'image', image: 'C:/x.img', selectors: [p(2)], path: '/'});
    expect(parseImageAddress('disk.img:/a')).toEqual(parseAddress('disk.img:/a'));
  });
});

describe('formatAddress', () => {
  const written = inImage.filter((row): row is [string, string, Selector[], string] => row[1] !== undefined);

  it.each(written)('%s survives being written again', (_, image, selectors, path) => {
    expect(parseAddress(formatAddress(image, selectors, path))).toEqual({kind: 'image', image, selectors, path});
  });

  it('escapes a name that ends like a selector', () => {
    expect(formatAddress('odd@p2', [])).toBe('odd@p2@');
    expect(parseImageName('odd@p2@')).toEqual({image: 'odd@p2', selectors: []});
  });
});
