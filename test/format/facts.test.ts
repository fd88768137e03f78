// SPDX-License-Identifier: GPL-2.0-only
// Text of the commands that look: dates that are typed, times in full, inode flags, checksum lines.
import {execFileSync} from 'node:child_process';
import {describe, expect, it} from 'vitest';
import {checksumLine} from '../../src/format/checksum.ts';
import {parseDate} from '../../src/format/date.ts';
import {flagLetters, flagNames} from '../../src/format/flags.ts';
import {localTimeInFull} from '../../src/format/time.ts';
import {hasTools} from '../support/tools.ts';

const DATES = [
  '2024-01-31',
  '2024-02-29 12:30',
  '2024-07-01T12:30:15',
  '2024-01-31 12:30:15.123456789',
  '2024-01-31T12:30:15.5Z',
  '2024-01-31 12:30 +01:00',
  '2024-01-31 12:30:00 -0530',
  '1969-12-31 23:59:59.25Z',
  '2240-01-01 00:00:00Z',
  '@0',
  '@1700000000.000000001',
];

describe('dates', () => {
  it.skipIf(!hasTools('date'))('are what date(1) makes of them', () => {
    for (const text of DATES) {
      const printed = execFileSync('date', ['-d', text, '+%s%N'], {encoding: 'utf8'}).trim();
      const [seconds, rest] = [printed.slice(0, -9) || '0', printed.slice(-9)];
      expect([text, parseDate(text)]).toEqual([text, BigInt(seconds) * 1_000_000_000n + BigInt(rest)]);
    }
  });

  it.each(['', 'x', '2024', '2024-13-01', '2024-02-30', '2024-01-01 24:00', '2024-01-01 12:60', '2024-1-1', '@', '@x', '12:30'])(
    '%j is none',
    (text) => expect(parseDate(text)).toBeUndefined(),
  );
});

describe('times in full', () => {
  it.skipIf(!hasTools('date'))('are written as stat(1) does', () => {
    for (const seconds of [0, 1_700_000_000, 1_720_000_000, -1, 4_000_000_000]) {
      const expected = execFileSync('date', ['-d', `@${seconds}`, '+%Y-%m-%d %H:%M:%S.123456789 %z'], {encoding: 'utf8'}).trim();
      expect(localTimeInFull(BigInt(seconds) * 1_000_000_000n + 123_456_789n)).toBe(expected);
    }
  });
});

describe('inode flags', () => {
  it('have the letters of lsattr, in its order', () => {
    expect(flagLetters(0x80000 | 0x10 | 0x40)).toBe('ide');
    expect(flagNames(0x80010)).toBe('immutable, extents');
    expect(flagLetters(0)).toBe('');
  });
});

describe('checksum lines', () => {
  it.each([
    ['plain', 'd  plain\n'],
    ['new\nline', '\\d  new\\nline\n'],
    ['back\\slash', '\\d  back\\\\slash\n'],
    ['cr\r', '\\d  cr\\r\n'],
  ])('of %j', (name, line) => expect(checksumLine('d', Buffer.from(name), false).toString()).toBe(line));

  it('keep names with --zero', () =>
    expect(checksumLine('d', Buffer.from('new\nline'), true).toString()).toBe('d  new\nline\0'));
});
