// SPDX-License-Identifier: GPL-2.0-only
// Paths that match a pattern, name by name as a shell expands it: "*" stops at slashes and leaves out names that begin
// with a dot, "**" stands for any directories below, without following links.
import type {Entry} from './dirents.ts';
import {isMissing} from './realpath.ts';
import {S_IFDIR} from './syscalls.ts';

/** What is asked of a volume. */
export interface Globbed {
  lstat(path: Buffer): Promise<unknown>;
  entries(path: Buffer): AsyncGenerator<Entry[]>;
}

const MAGIC = /(?<!\\)[*?[\]{}()!+@]/;

const SLASH = Buffer.from('/');

const DOT = 0x2e;

/** Bytes that are no UTF-8 become lone surrogates, so that no two names look the same and "?" stands for each. */
export function matchable(name: Buffer): string {
  const text = name.toString();
  if (!text.includes('\ufffd')) return text;
  let result = '';
  for (let at = 0; at < name.length;) {
    const length = [4, 3, 2, 1].find((count) => {
      const piece = name.subarray(at, at + count);
      return (
        piece.length === count && Buffer.from(piece.toString()).equals(piece) && [...piece.toString()].length === 1
      );
    });
    const piece = name.subarray(at, at + (length ?? 1));
    result += length ? piece.toString() : String.fromCharCode(0xdc00 + piece[0]!);
    at += piece.length;
  }
  return result;
}

type Segment = {literal: Buffer} | {any: true} | {matches: (name: Buffer) => boolean};

/** At the slashes that are in no class or brace, empty ones left out. */
function split(pattern: string): string[] {
  return pattern.split('/').filter((part) => part !== '' && part !== '.');
}

async function compile(part: string): Promise<Segment> {
  if (part === '**') return {any: true};
  if (!MAGIC.test(part)) return {literal: Buffer.from(part.replaceAll(/\\(.)/g, '$1'))};
  const {default: picomatch} = await import('picomatch');
  const source = picomatch.makeRe(part, {dot: part.startsWith('.'), nonegate: true, posix: true}).source;
  const expression = unicode(source);
  return {matches: (name) => (name[0] !== DOT || part.startsWith('.')) && expression.test(matchable(name))};
}

/** One character is then one of any plane; what the flag refuses matches as before. */
function unicode(source: string): RegExp {
  try {
    return new RegExp(source, 'su');
  } catch {
    return new RegExp(source, 's');
  }
}

/** Absolute paths, sorted bytewise in each directory. A path that exists as it is written is its only match. */
export async function* globPaths(volume: Globbed, pattern: string | Buffer): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(pattern as string);
  const literal = bytes[0] === SLASH[0] ? bytes : Buffer.concat([SLASH, bytes]);
  if (await exists(volume, literal)) {
    yield literal;
    return;
  }
  const text = bytes.toString();
  // A pattern in bytes that are no text can only be a name.
  if (!Buffer.from(text).equals(bytes)) return;
  const segments = await Promise.all(split(text).map(compile));
  for await (const path of expand(volume, Buffer.alloc(0), segments)) yield path.length === 0 ? SLASH : path;
}

async function* expand(volume: Globbed, directory: Buffer, segments: Segment[]): AsyncGenerator<Buffer> {
  const [segment, ...rest] = segments;
  if (!segment) {
    yield directory;
    return;
  }
  const below = (name: Buffer) => Buffer.concat([directory, SLASH, name]);
  if ('literal' in segment) {
    const path = below(segment.literal);
    if (rest.length > 0 || (await exists(volume, path))) yield* expand(volume, path, rest);
    return;
  }
  const any = 'any' in segment;
  // No directory at all is one of the things that "**" stands for; at the end it stands for what is below.
  if (any && rest.length > 0) yield* expand(volume, directory, rest);
  for (const {name, type} of await sorted(volume, directory)) {
    if (!any) {
      if (segment.matches(name)) yield* expand(volume, below(name), rest);
    } else if (name[0] !== DOT) {
      if (rest.length === 0) yield below(name);
      if (type === S_IFDIR) yield* expand(volume, below(name), segments);
    }
  }
}

async function sorted(volume: Globbed, directory: Buffer): Promise<Entry[]> {
  const found: Entry[] = [];
  try {
    for await (const batch of volume.entries(directory.length === 0 ? SLASH : directory)) found.push(...batch);
  } catch (error) {
    // A file has no entries that could match.
    if (!isMissing(error)) throw error;
  }
  return found.sort((a, b) => Buffer.compare(a.name, b.name));
}

async function exists(volume: Globbed, path: Buffer): Promise<boolean> {
  try {
    await volume.lstat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
