// SPDX-License-Identifier: GPL-2.0-only
// Text for people: modes, sizes, times, names, columns.
import {execFileSync} from 'node:child_process';
import {describe, expect, it} from 'vitest';
import {formatJson} from '../../src/cli/json.ts';
import {fileType, modeString} from '../../src/format/mode.ts';
import {jsonName, printable, quoteName} from '../../src/format/name.ts';
import {humanSize, parseSize, sentenceSize} from '../../src/format/size.ts';
import {isoTime, localTime} from '../../src/format/time.ts';
import {columns, displayWidth, table} from '../../src/format/width.ts';

describe('modes', () => {
  it.each([
    [0o100644, '-rw-r--r--'],
    [0o040755, 'drwxr-xr-x'],
    [0o120777, 'lrwxrwxrwx'],
    [0o104755, '-rwsr-xr-x'],
    [0o102644, '-rw-r-Sr--'],
    [0o041777, 'drwxrwxrwt'],
    [0o101644, '-rw-r--r-T'],
    [0o060660, 'brw-rw----'],
    [0o020620, 'crw--w----'],
    [0o010600, 'prw-------'],
    [0o140755, 'srwxr-xr-x'],
  ])('%o is %s', (mode, text) => expect(modeString(mode)).toBe(text));

  it('names types', () =>
    expect([fileType(0o100000), fileType(0o120000), fileType(0)]).toEqual(['file', 'symlink', 'unknown']));
});

describe('sizes', () => {
  it.each([
    [0n, '0'],
    [1023n, '1023'],
    [1024n, '1.0K'],
    [1025n, '1.1K'],
    [10_137n, '9.9K'],
    [10_200n, '10K'],
    [1_048_575n, '1.0M'],
    [5n * 1024n ** 3n, '5.0G'],
    [2n ** 63n - 1n, '8.0E'],
  ])('%i as ls -h: %s', (bytes, text) => expect(humanSize(bytes)).toBe(text));

  it.each([
    [1n, '1 byte'],
    [512n, '512 bytes'],
    [1536n, '1.5 KiB'],
    [16n * 1024n ** 2n, '16 MiB'],
  ])('%i in a sentence: %s', (bytes, text) => expect(sentenceSize(bytes)).toBe(text));

  it.each([
    ['64M', 64 * 1024 ** 2],
    ['1.5g', 1.5 * 1024 ** 3],
    ['4096', 4096],
    ['128MiB', 128 * 1024 ** 2],
    ['x', undefined],
    ['-1M', undefined],
  ])('reads %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));
});

describe('times', () => {
  it('are local for people', () => expect(localTime(new Date(2024, 0, 2, 3, 4, 59))).toBe('2024-01-02 03:04'));
  it('keep nine digits for machines', () => {
    expect(isoTime(1_700_000_000_000_000_001n)).toBe('2023-11-14T22:13:20.000000001Z');
    expect(isoTime(-1n)).toBe('1969-12-31T23:59:59.999999999Z');
  });
  it('survive what no calendar has', () => {
    expect(localTime(new Date(NaN))).toBe('?');
    expect(isoTime(2n ** 63n * 1_000_000_000n)).toMatch(/ns$/);
  });
});

const names: [name: string | Buffer, quoted: string][] = [
  ['plain.txt', 'plain.txt'],
  ['füße', 'füße'],
  ['a b', "'a b'"],
  ["it's", `"it's"`],
  ["it's $1", `'it'\\''s $1'`],
  ['new\nline', "'new'$'\\n''line'"],
  ['\u001b[31mred', "''$'\\033''[31mred'"],
  ['tab\tend\t', "'tab'$'\\t''end'$'\\t'"],
  ['rtl\u202eexe', "'rtl'$'\\342\\200\\256''exe'"],
  [Buffer.from([0x61, 0xff, 0x62]), "'a'$'\\377''b'"],
  ['$HOME', "'$HOME'"],
  ['', "''"],
];

describe('names', () => {
  it.each(names)('%j on a terminal: %s', (name, quoted) => expect(quoteName(Buffer.from(name as string))).toBe(quoted));

  it.runIf(process.platform === 'linux')('mean the same bytes to a shell', () => {
    for (const [name] of names) {
      const printed = execFileSync('bash', ['-c', `printf %s ${quoteName(Buffer.from(name as string))}`]);
      expect(printed).toEqual(Buffer.from(name as string));
    }
  });

  it('come with their bytes in JSON where text is not enough', () => {
    expect(jsonName('name', Buffer.from('ä'))).toEqual({name: 'ä'});
    expect(jsonName('name', Buffer.from([0x61, 0xff]))).toEqual({name: 'a\ufffd', nameBase64: 'Yf8='});
  });

  it('lose control characters in messages', () => expect(printable('a\u001b[1m\nb')).toBe('a\\u{1b}[1m\\u{a}b'));
});

describe('layout', () => {
  it('counts columns, not characters', () =>
    expect(['ab', '日本', 'e\u0301', '🙂'].map(displayWidth)).toEqual([2, 4, 1, 2]));

  it('goes down the columns', () => {
    expect(columns(['a', 'b', 'c', 'd', 'e'], 7)).toBe('a  c  e\nb  d\n');
    expect(columns(['long-name', 'x'], 5)).toBe('long-name\nx\n');
    expect(columns([], 80)).toBe('');
  });

  it('leaves out empty columns of a table', () => {
    const rows = [
      {a: '1', b: '', c: 'x'},
      {a: '22', b: '', c: ''},
    ];
    const text = table(rows, [
      {title: 'A', value: ({a}) => a, align: 'right'},
      {title: 'B', value: ({b}) => b},
      {title: 'C', value: ({c}) => c},
    ]);
    expect(text).toBe(' A  C\n 1  x\n22\n');
  });
});

describe('JSON', () => {
  it('writes big integers with all digits', () => {
    expect(formatJson({size: 2n ** 63n, text: '1', list: [-5n]})).toBe(
      '{\n  "size": 9223372036854775808,\n  "text": "1",\n  "list": [\n    -5\n  ]\n}\n',
    );
  });
});
