// SPDX-License-Identifier: GPL-2.0-only
// fnmatch(3) without flags, as find means -name and -path: "*" and "?" match a slash and a leading dot too, which the
// matchers of shells (the glob of addresses) do not let them.
import {isUtf8} from 'node:buffer';

const CLASSES: Record<string, string> = {
  alpha: '\\p{L}',
  digit: '0-9',
  alnum: '\\p{L}\\p{Nd}',
  upper: '\\p{Lu}',
  lower: '\\p{Ll}',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  cntrl: '\\p{Cc}',
  print: '\\P{C}',
  graph: '\\P{C}',
  xdigit: '0-9A-Fa-f',
};

const member = (character: string) => character.replace(/[\\^$.*+?()[\]{}|-]/, '\\$&');

type Token = '*' | ((character: string) => boolean);

const same =
  (wanted: string): Token =>
  (character) =>
    character === wanted;

/** A bracket expression that begins at `at`, and where it ends; undefined when it has no end. */
function bracket(pattern: string[], at: number, flags: string): {token: Token; end: number} | undefined {
  let here = at + 1;
  const negated = pattern[here] === '!' || pattern[here] === '^';
  if (negated) here++;
  let source = '';
  for (const first = here; here < pattern.length; here++) {
    const character = pattern[here]!;
    if (character === ']' && here > first) return {token: oneOf(source, negated, flags), end: here};
    const named = character === '[' && pattern[here + 1] === ':' ? pattern.indexOf(']', here + 2) : -1;
    const name = named > 0 && pattern[named - 1] === ':' ? pattern.slice(here + 2, named - 1).join('') : '';
    if (Object.hasOwn(CLASSES, name)) {
      source += CLASSES[name];
      here = named;
    } else if (character === '\\' && here + 1 < pattern.length) source += member(pattern[++here]!);
    else if (character === '-' && here > first && pattern[here + 1] !== ']') source += '-';
    else source += member(character);
  }
  return undefined;
}

function oneOf(source: string, negated: boolean, flags: string): Token {
  try {
    const set = new RegExp(`^[${negated ? '^' : ''}${source}]$`, flags);
    return (character) => set.test(character);
  } catch {
    // "[z-a]" holds nothing.
    return () => negated;
  }
}

function compile(pattern: string, ignoreCase: boolean): Token[] {
  const characters = [...pattern];
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    const set = character === '[' ? bracket(characters, at, ignoreCase ? 'isu' : 'su') : undefined;
    if (set) {
      tokens.push(set.token);
      at = set.end;
    } else if (character === '*') tokens.push('*');
    else if (character === '?') tokens.push(() => true);
    else if (character === '\\' && at + 1 < characters.length) tokens.push(same(characters[++at]!));
    else tokens.push(same(character));
  }
  return tokens;
}

/** Only the last star is ever tried again, so many of them in a long path take no longer. */
function matches(tokens: Token[], text: string[]): boolean {
  let [at, token] = [0, 0];
  let [starAt, starToken] = [0, -1];
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === '*') {
      starToken = token++;
      starAt = at;
    } else if (wanted?.(text[at]!)) {
      at++;
      token++;
    } else if (starToken >= 0) {
      at = ++starAt;
      token = starToken + 1;
    } else return false;
  }
  while (tokens[token] === '*') token++;
  return token === tokens.length;
}

/** @returns a test for names and paths */
export function fnmatch(pattern: string, ignoreCase = false): (name: Buffer) => boolean {
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  const tokens = compile(fold(pattern), ignoreCase);
  return (name) => matches(tokens, [...fold(textOf(name))]);
}

/** One character for each byte that is no UTF-8: a surrogate without its other half, which no pattern has. */
function textOf(name: Buffer): string {
  if (isUtf8(name)) return name.toString();
  let text = '';
  for (let at = 0; at < name.length;) {
    const length = [1, 2, 3, 4].find((size) => at + size <= name.length && isUtf8(name.subarray(at, at + size)));
    text += length ? name.toString('utf8', at, at + length) : String.fromCharCode(0xdc00 + name[at]!);
    at += length ?? 1;
  }
  return text;
}
