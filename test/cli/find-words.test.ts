// SPDX-License-Identifier: GPL-2.0-only
// The words of find(1) on the way to the parser of kdisk.
import {describe, expect, it} from 'vitest';
import {findWords} from '../../src/cli/find-words.ts';

describe('find', () => {
  it.each([
    [['a:/', '-name', '*.c'], ['a:/', '--name=*.c']],
    [['a:/', '--name', '-x'], ['a:/', '--name=-x']],
    [['a:/', '-size', '-1M', '-print0'], ['a:/', '--size=-1M', '--print0']],
    [['a:/', '-empty', '-a', '-xdev', '-print'], ['a:/', '--empty']],
    [['-i', 'a', ':/', '-iname', 'X'], ['-i', 'a', ':/', '--iname=X']],
    [['a:/', '-name'], ['a:/', '--name']],
    [['a:/', '-name', '-o'], ['a:/', '--name=-o']],
    [['a:/', '--', '-name'], ['a:/', '--', '-name']],
    [['a:/', '-foo', '--json'], ['a:/', '-foo', '--json']],
  ])('%j', (words, expected) => expect(findWords(words)).toEqual(expected));

  it.each([
    [['-exec', 'rm', '{}', ';'], /^-exec: find only looks; .*xargs -0/],
    [['-delete'], /^-delete: .*kdisk rm$/],
    [['-name', 'a', '-o', '-name', 'b'], /^-o: all tests must be met/],
    [['!', '-name', 'a'], /^!: all tests/],
    [['(', '-name', 'a'], /^\(: all tests/],
    [['-printf', '%p'], /^-printf: .*--json/],
    [['-L'], /^-L: symbolic links are not followed/],
  ])('%j is refused by name', (words, message) => expect(() => findWords(words)).toThrow(message));
});
