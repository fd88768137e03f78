// SPDX-License-Identifier: GPL-2.0-only
// Modes as chmod(1) of the host understands them: it does to files and directories what kdisk says it would do.
import {spawnSync} from 'node:child_process';
import {chmodSync, mkdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {changedMode, octalMode, parseModeChange} from '../../src/cli/mode-change.ts';
import {temporaryDirectory} from '../support/tools.ts';

const UMASK = 0o027;
const directory = temporaryDirectory();
const file = join(directory, 'file');
const folder = join(directory, 'folder');
writeFileSync(file, '');
mkdirSync(folder);

/** The same each time. */
let seed = 20261123;
function random(below: number): number {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) % below;
}

const pick = (letters: string) => letters[random(letters.length)]!;
const some = (letters: string, most: number) => Array.from({length: random(most + 1)}, () => pick(letters)).join('');

function randomClause(): string {
  const actions = Array.from(
    {length: 1 + random(2)},
    () => pick('+-=') + (random(4) === 0 ? pick('ugo') : some('rwxXst', 4)),
  );
  return some('ugoa', 2) + actions.join('');
}

function randomMode(): string {
  switch (random(4)) {
    case 0:
      return some('01234567', 5) || '0';
    case 1:
      return pick('+-=') + (some('01234567', 4) || '7');
    default:
      return Array.from({length: 1 + random(2)}, randomClause).join(',');
  }
}

/** What chmod makes of each, undefined where it refuses; one shell for all. */
function judge(path: string, cases: {before: number; mode: string}[]): (number | undefined)[] {
  const script = `umask ${UMASK.toString(8)}
while read -r before mode; do
  chmod -- "$before" "$1"; if chmod -- "$mode" "$1" 2>/dev/null; then stat -c %a "$1"; else echo refused; fi
done`;
  const input = cases.map(({before, mode}) => `0${octalMode(before)} ${mode}\n`).join('');
  const {stdout, status} = spawnSync('sh', ['-c', script, 'sh', path], {input, encoding: 'utf8'});
  expect(status).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => (line === 'refused' ? undefined : Number.parseInt(line, 8)));
}

describe('a mode', () => {
  it.each([
    ['of a file', file, false],
    ['of a directory', folder, true],
  ] as const)('%s becomes what chmod makes of it', (_, path, isDirectory) => {
    const fixed = [
      '+t',
      'u+s',
      'g-s',
      'a=',
      '=',
      '=r',
      'u=g',
      'g=u,o=g',
      'o+u',
      'a+X',
      '-X',
      '00755',
      '07777',
      '0',
      'u=rwx,g=rx,o=',
      '-r',
      '+w',
      'u',
      'rwx',
      '8',
      '77777',
      'u+q',
      '',
      ',',
      'u+r,',
      'g=ux',
      '+ug',
    ];
    const modes = [...fixed.filter(Boolean), ...Array.from({length: 150}, randomMode)];
    const cases = modes.map((mode) => ({mode, before: isDirectory ? random(0o10000) | 0o700 : random(0o10000)}));
    // chmod complains of "-w" and the like when the umask leaves something, and does it all the same.
    const judged = judge(
      path,
      cases.filter(({mode}) => !/^-|,-/.test(mode)),
    );
    const asked = cases.filter(({mode}) => !/^-|,-/.test(mode));
    const ours = asked.map(({before, mode}) => {
      const change = parseModeChange(mode);
      return change && changedMode(before, change, isDirectory, UMASK);
    });
    const show = (all: (number | undefined)[]) =>
      asked.map(({before, mode}, index) => `${octalMode(before)} ${mode}: ${all[index]?.toString(8)}`);
    expect(show(ours)).toEqual(show(judged));
    expect(new Set(judged).size).toBeGreaterThan(40);
  });

  it('takes away what the umask does not protect', () => {
    expect(octalMode(changedMode(0o777, parseModeChange('-rwx')!, false, UMASK))).toBe('0027');
    chmodSync(file, 0o777);
    spawnSync('sh', ['-c', `umask ${UMASK.toString(8)}; chmod -- -rwx "$1"`, 'sh', file]);
    expect(statSync(file).mode & 0o7777).toBe(0o027);
  });
});
