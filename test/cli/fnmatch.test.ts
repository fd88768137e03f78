// SPDX-License-Identifier: GPL-2.0-only
// Patterns of find -name and -path, with the C library's own fnmatch as the judge where find(1) is there to be asked.
import {execFileSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {fnmatch} from '../../src/cli/fnmatch.ts';
import {hasTools, temporaryDirectory} from '../support/tools.ts';

// glibc lets "?" stand for a byte of a character too, so only "*" is tried on letters beyond ASCII.
const NAMES = [
  'a', 'b', 'ab', 'abc', 'a.c', 'a.b.c', '.hidden', '.a', '-', 'a-b', '[', ']', '[a]', 'a]', '*', 'a*', '?', '\\', 'a\\b',
  'A', 'aB', 'äöü', 'ßab', '日本語', '1', '12', 'x1y', 'new\nline', 'with space', '^', '^a', '!', '!a', '{a,b}', 'a+', '(a)', '$',
];
const PATTERNS = [
  '*', '?', '??', 'a*', '*a', '*.c', 'a.*', '.*', '*.*', '[ab]', '[a-c]', '[!a]', '[^a]', '[!a-z]*', '[]]', '[]a]*', '[a]', '[[]',
  '[[]a]', '\\*', 'a\\*', '\\?', '\\\\', 'a\\\\b', '[[:digit:]]*', '[[:alpha:]]', '[[:upper:]]*', '*[[:space:]]*', '[a-]', '[-a]',
  'a[b-]', '[', '[a', 'a[', '*ö*', '?b', '{a,b}', 'a+', '(a)', '$', '^', '!*', '*\n*', '**', '[\\]]', '[!]]', 'x[0-9]y',
];

describe('fnmatch', () => {
  it.each([
    ['*.gz', 'a.gz', true],
    ['*.gz', '.gz', true],
    ['*', 'with/slash', true],
    ['?', 'ä', true],
    ['[a-c]x', 'bx', true],
    ['[a-c]x', 'dx', false],
    ['a.b', 'axb', false],
    ['[', '[', true],
    ['[z-a]', 'm', false],
  ])('%s and %s: %s', (pattern, name, matches) => expect(fnmatch(pattern)(Buffer.from(name))).toBe(matches));

  it('takes case as it is, or not', () => {
    expect(fnmatch('README*')(Buffer.from('readme.md'))).toBe(false);
    expect(fnmatch('README*', true)(Buffer.from('readme.md'))).toBe(true);
  });

  it('sees a character in each byte that is no UTF-8', () => {
    const name = Buffer.from([0x61, 0xff, 0xfe, 0xc3, 0xa4]);
    expect(['a*', 'a??ä', 'a?ä', 'a????'].map((pattern) => fnmatch(pattern)(name))).toEqual([true, true, false, false]);
  });

  it('takes many stars in a long path easily', () => {
    const path = Buffer.from('/level000'.repeat(400));
    const start = performance.now();
    expect(fnmatch('*e*l*e*v*l*/*l*x')(path)).toBe(false);
    expect(fnmatch('*e*l*e*v*l*/*l*0')(path)).toBe(true);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it.skipIf(!hasTools('find'))('agrees with find(1)', () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'in'));
    for (const name of NAMES) writeFileSync(join(directory, 'in', name), '');
    for (const pattern of PATTERNS) {
      const words = [join(directory, 'in'), '-mindepth', '1', '-name', pattern, '-printf', '%f\\0'];
      const found = execFileSync('find', words, {encoding: 'utf8', env: {...process.env, LC_ALL: 'C.UTF-8'}, stdio: ['ignore', 'pipe', 'ignore']});
      const expected = found.split('\0').filter(Boolean).sort();
      expect([pattern, ...NAMES.filter((name) => fnmatch(pattern)(Buffer.from(name))).sort()]).toEqual([pattern, ...expected]);
    }
  });
});
