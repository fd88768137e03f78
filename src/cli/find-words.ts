// SPDX-License-Identifier: GPL-2.0-only
// The words of find(1), which begin with one dash, in the form that the parser of the command line takes.
import {usageFailure} from './failure.ts';

const WITH_VALUE = [
  'name',
  'iname',
  'path',
  'ipath',
  'type',
  'size',
  'newer',
  'mtime',
  'mmin',
  'perm',
  'user',
  'uid',
  'group',
  'gid',
  'links',
  'inum',
  'maxdepth',
  'mindepth',
];
const ALONE = ['empty', 'print0', 'addresses'];
/** What holds anyway: all tests must be met, no link is followed, and one volume is one file system. */
const NOTHING = ['print', 'a', 'and', 'P', 'xdev', 'mount', 'noleaf'];

const LOOKS = 'find only looks';
const REFUSED: Record<string, string> = {
  ...fill(
    ['exec', 'execdir', 'ok', 'okdir'],
    `${LOOKS}; give what it finds to a program: kdisk find ... -print0 | xargs -0 ...`,
  ),
  delete: `${LOOKS}; to remove what it finds: kdisk find ... --addresses -print0 | xargs -0 kdisk rm`,
  ...fill(
    ['ls', 'printf', 'fprintf', 'fls', 'fprint', 'fprint0'],
    `${LOOKS} and prints paths; --json has all that is known of each`,
  ),
  ...fill(['o', 'or', 'not', '!', '(', ')', ','], 'all tests must be met; run it once for each alternative'),
  ...fill(['L', 'H', 'follow'], 'symbolic links are not followed'),
  ...fill(['regex', 'iregex', 'wholename', 'iwholename'], 'patterns are those of -name and -path'),
  prune: '-maxdepth and -path choose where to look',
};

function fill(words: string[], text: string): Record<string, string> {
  return Object.fromEntries(words.map((word) => [word, text]));
}

/** -name PATTERN becomes --name=PATTERN; so does --name PATTERN, because the parser takes "-1M" for flags. */
export function findWords(argv: string[]): string[] {
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '--') return [...words, ...argv.slice(at)];
    const [, dashes, name] = /^(-{0,2})(\S*)$/.exec(word) ?? ['', '', ''];
    const operator = dashes === '' && /^[!(),]$/.test(word);
    if ((dashes === '-' || operator) && Object.hasOwn(REFUSED, name!)) throw usageFailure(`${word}: ${REFUSED[name!]}`);
    if (dashes === '-' && NOTHING.includes(name!)) continue;
    if (dashes !== '' && WITH_VALUE.includes(name!)) {
      const value = argv[++at];
      words.push(value === undefined ? `--${name}` : `--${name}=${value}`);
    } else words.push(dashes === '-' && ALONE.includes(name!) ? `--${name}` : word);
  }
  return words;
}
