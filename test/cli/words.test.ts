// SPDX-License-Identifier: GPL-2.0-only
// Lines of `kdisk run` are split as the shell of the host splits them.
import {execFileSync} from 'node:child_process';
import {describe, expect, it} from 'vitest';
import {splitWords} from '../../src/cli/words.ts';

/** Patterns are left alone (set -f), as kdisk leaves them to the image. */
function shell(line: string): string[] | undefined {
  const script = 'set -f; eval "set -- $1"; for word do printf "%s\\0" "$word"; done';
  try {
    const output = execFileSync('sh', ['-c', script, 'sh', line], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.split('\0').slice(0, -1);
  } catch {
    return undefined;
  }
}

let seed = 4711;
function random(below: number): number {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) % below;
}

function ours(line: string): string[] | undefined {
  try {
    return splitWords(line);
  } catch {
    return undefined;
  }
}

describe('words', () => {
  it.each([
    'mkdir :/srv/new',
    '  touch   ":/two words"\t:/x  ',
    "rm ':/it''s' ':/$HOME'",
    'rm ":/a\\"b" ":/c\\d" :/e\\ f',
    'ls # all of it',
    '# nothing',
    '',
    'ls :/a#b',
    `ln -s '' ""`,
    'rm :/*.gz :/[a-c]? {a,b}',
  ])('of %s', (line) => {
    expect(shell(line)).toBeDefined();
    expect(splitWords(line)).toEqual(shell(line));
  });

  it('of 300 random lines', () => {
    const pieces = [
      'a',
      'b',
      ' ',
      ' ',
      '\t',
      '"',
      "'",
      '\\',
      '#',
      '/',
      ':',
      '*',
      '=',
      '-',
      '.',
      'é',
      '"x y"',
      "'p q'",
      '\\ ',
    ];
    const lines = Array.from({length: 300}, () =>
      Array.from({length: 1 + random(12)}, () => pieces[random(pieces.length)]!).join(''),
    )
      // A shell would read the next line, and "~" or "=" may mean something at the start.
      .filter((line) => !line.endsWith('\\'));
    const expected = lines.map((line) => `${line} -> ${JSON.stringify(shell(line))}`);
    expect(lines.map((line) => `${line} -> ${JSON.stringify(ours(line))}`)).toEqual(expected);
    expect(lines.filter((line) => (ours(line)?.length ?? 0) > 1).length).toBeGreaterThan(30);
  });

  it.each([
    ['ls | cat', /no pipes/],
    ['ls > x', /no redirections/],
    ['rm $x', /no variables/],
    ['rm "$x"', /no variables/],
    ['rm `x`', /no commands in commands/],
    ['ls; rm', /no several commands/],
    ['ls &', /no work in the background/],
    ['(ls)', /no subshells/],
    ['ls "x', /quote " is not closed/],
    ["ls 'x", /quote ' is not closed/],
    ['ls \\', /ends with a backslash/],
  ])('refuses %s', (line, message) => expect(() => splitWords(line)).toThrow(message));
});
