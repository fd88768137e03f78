// SPDX-License-Identifier: GPL-2.0-only
// The tests of find: what an entry must be, from the texts of the flags.
import type {VolumeStats} from '../statx.ts';
import {S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG, S_IFSOCK} from '../syscalls.ts';
import {usageFailure} from './failure.ts';
import {fnmatch} from './fnmatch.ts';
import {baseName, type Visit} from './walk.ts';

/** As the parser gives them; a flag that is repeated has all its values. */
export interface FindFlags {
  name?: string[] | undefined;
  iname?: string[] | undefined;
  path?: string[] | undefined;
  ipath?: string[] | undefined;
  type?: string | undefined;
  size?: string[] | undefined;
  mtime?: string[] | undefined;
  mmin?: string[] | undefined;
  perm?: string[] | undefined;
  user?: string[] | undefined;
  group?: string[] | undefined;
  links?: string[] | undefined;
  inum?: string[] | undefined;
  empty?: boolean;
}

type Test = (visit: Visit) => boolean;
type StatsTest = (stats: VolumeStats<bigint>) => boolean;

export interface FindTests {
  /** Some of them need more than name and type. */
  stats: boolean;
  /** All that can be told without another look. An entry that can't be examined meets no test that has to. */
  meets: Test;
}

const TYPES: Record<string, number> = {
  f: S_IFREG,
  d: S_IFDIR,
  l: S_IFLNK,
  b: S_IFBLK,
  c: S_IFCHR,
  p: S_IFIFO,
  s: S_IFSOCK,
};

function typeTest(text: string): Test {
  const types = text.split(',').map((letter) => {
    const type = Object.hasOwn(TYPES, letter) ? TYPES[letter] : undefined;
    if (type === undefined)
      throw usageFailure(`-type wants ${Object.keys(TYPES).join(', ')} or several of them with commas, not "${text}"`);
    return type;
  });
  return ({entry}) => types.includes(entry.type);
}

/** "+5": more than 5, "-5": less, "5": just that. */
function comparison(flag: string, text: string, what = 'a number such as 5, +5 (more) or -5 (less)') {
  const found = /^([+-]?)(\d+)$/.exec(text);
  if (!found) throw usageFailure(`-${flag} wants ${what}, not "${text}"`);
  const wanted = BigInt(found[2]!);
  return {
    wanted,
    sign: found[1]!,
    holds: (value: bigint) =>
      found[1] === '+' ? value > wanted : found[1] === '-' ? value < wanted : value === wanted,
  };
}

const UNITS: Record<string, bigint> = {c: 1n, w: 2n, b: 512n, k: 1024n, M: 1024n ** 2n, G: 1024n ** 3n};

/** In whole units, rounded up, as find counts: "-1M" is met by empty files only. */
function sizeTest(text: string): StatsTest {
  const unit = UNITS[text.slice(-1)];
  const {holds} = comparison('size', unit ? text.slice(0, -1) : text, 'a size such as 10k, +1M (more) or -2G (less)');
  const bytes = unit ?? UNITS.b!;
  return ({size}) => holds((size + bytes - 1n) / bytes);
}

function modeTest(text: string): StatsTest {
  const found = /^([-/]?)([0-7]{1,4})$/.exec(text);
  if (!found)
    throw usageFailure(`-perm wants octal digits, such as 644, -4000 (all of these bits) or /022 (any), not "${text}"`);
  const wanted = BigInt(parseInt(found[2]!, 8));
  const bits = ({mode}: VolumeStats<bigint>) => mode & 0o7777n;
  if (found[1] === '-') return (stats) => (bits(stats) & wanted) === wanted;
  if (found[1] === '/') return (stats) => wanted === 0n || (bits(stats) & wanted) !== 0n;
  return (stats) => bits(stats) === wanted;
}

const SECOND = 1_000_000_000n;

/** Days are counted down: a file of 47 hours is one day old. */
function daysTest(text: string, now: bigint): StatsTest {
  const {holds} = comparison('mtime', text);
  const day = 86_400n * SECOND;
  return ({mtimeNs}) => {
    const age = now - mtimeNs;
    return holds(age < 0n && age % day !== 0n ? age / day - 1n : age / day);
  };
}

/** Minutes are counted up. */
function minutesTest(text: string, now: bigint): StatsTest {
  const {wanted, sign} = comparison('mmin', text);
  const minute = 60n * SECOND;
  const limit = wanted * minute;
  return ({mtimeNs}) => {
    const age = now - mtimeNs;
    if (sign === '+') return age > limit;
    if (sign === '-') return age < limit;
    return age <= limit && age > limit - minute;
  };
}

function numberTest(flag: string, text: string, field: 'uid' | 'gid' | 'nlink' | 'ino'): StatsTest {
  const isOwner = field === 'uid' || field === 'gid';
  const {holds} = comparison(flag, text, isOwner ? 'a number (names are known to the image only)' : undefined);
  return (stats) => holds(stats[field]);
}

/** @param newer modification times, ns, than which the entry's must be later */
export function findTests(flags: FindFlags, newer: bigint[] = [], now = BigInt(Date.now()) * 1_000_000n): FindTests {
  const each = <T>(texts: string[] | undefined, make: (text: string) => T) => (texts ?? []).map(make);
  const matching = (texts: string[] | undefined, of: (visit: Visit) => Buffer, ignoreCase: boolean): Test[] =>
    each(texts, (text) => fnmatch(text, ignoreCase)).map((matches) => (visit) => matches(of(visit)));
  const name = ({entry, depth, path}: Visit) => (depth === 0 ? baseName(path) : entry.name);
  const cheap: Test[] = [
    ...(flags.type === undefined ? [] : [typeTest(flags.type)]),
    ...matching(flags.name, name, false),
    ...matching(flags.iname, name, true),
    ...matching(flags.path, ({path}) => path, false),
    ...matching(flags.ipath, ({path}) => path, true),
    ...(flags.empty ? [({entry}: Visit) => entry.type === S_IFREG || entry.type === S_IFDIR] : []),
  ];
  const looking: StatsTest[] = [
    ...each(flags.size, sizeTest),
    ...each(flags.perm, modeTest),
    ...each(flags.mtime, (text) => daysTest(text, now)),
    ...each(flags.mmin, (text) => minutesTest(text, now)),
    ...each(flags.user, (text) => numberTest('user', text, 'uid')),
    ...each(flags.group, (text) => numberTest('group', text, 'gid')),
    ...each(flags.links, (text) => numberTest('links', text, 'nlink')),
    ...each(flags.inum, (text) => numberTest('inum', text, 'ino')),
    ...newer.map(
      (than): StatsTest =>
        ({mtimeNs}) =>
          mtimeNs > than,
    ),
    ...(flags.empty ? [(stats: VolumeStats<bigint>) => stats.isDirectory() || stats.size === 0n] : []),
  ];
  return {
    stats: looking.length > 0,
    meets: (visit) => {
      const {stats} = visit.entry;
      return (
        cheap.every((test) => test(visit)) &&
        (looking.length === 0 || (stats !== undefined && looking.every((test) => test(stats))))
      );
    },
  };
}
