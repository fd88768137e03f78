// SPDX-License-Identifier: GPL-2.0-only
// The address grammar of the command line: which words name a path inside an image, which a host path, which a stream.
//
//   IMAGE[@selector...]:/path   a path inside an image
//   [@selector...]:/path        the same, the image is the one of --image
//   -                           standard input or output
//   anything else               a host path
//
// The separator is the first ":/", not counting a drive letter at the start (C:/, \\?\C:/) and the "://" of a known
// scheme. "IMAGE://path" is "IMAGE:/path": Git Bash on Windows rewrites words with ":/" but leaves "://" alone.
// A one-letter image name in front of ":/" is therefore a drive; write ./a:/path for an image called "a".
//
// Selectors are read off the end of the image name: @p2 (partition number), @disk (the whole image), @label=NAME,
// @uuid=ID. Only these forms count, so john@work.img needs no escape. A name that ends like a selector is written with
// one more "@", which ends the name: odd@p2@:/x is /x in the image odd@p2. In values, %40 stands for "@" and so on.
//
// Nothing here looks at the file system: the same words mean the same thing on every machine.

export type Selector =
  {kind: 'partition'; number: number} | {kind: 'disk'} | {kind: 'label'; value: string} | {kind: 'uuid'; value: string};

export interface ImageName {
  /** Host path or URL; undefined where --image is meant. */
  image: string | undefined;
  /** Outermost first, all must match. */
  selectors: Selector[];
}

export interface ImageAddress extends ImageName {
  kind: 'image';
  /** Absolute, one leading slash. */
  path: string;
}

export type Address = ImageAddress | {kind: 'stream'} | {kind: 'host'; path: string};

/** A word that can't be an address; the message says why. */
export class AddressError extends Error {
  override name = 'AddressError';
}

const SCHEME = /^(?:https?|s3|gs|azure|file|ftps?|sftp|ssh|scp|nbds?|iscsi|nfs|smb|rbd)(?:\+[a-z]+)?:\/\//i;
const DRIVE = /^(?:[\\/]{2}[?.][\\/])?[a-z]:(?=[\\/])/i;
const SELECTOR = /@(?:p(\d{1,4})|(disk)|label=([^@]*)|uuid=([^@]*)|())$/;

/** Where ":/" splits the word, or -1. */
function separator(word: string): number {
  const scheme = SCHEME.exec(word)?.[0].length ?? 0;
  const drive = /^\/?[a-z]:(?=[\\/])/i;
  const prefix = (scheme > 0 ? drive.exec(word.slice(scheme)) : DRIVE.exec(word))?.[0].length ?? 0;
  return word.indexOf(':/', scheme + prefix);
}

function decodeValue(value: string, word: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new AddressError(`"${word}": bad % escape in a selector; a percent sign itself is written %25`);
  }
}

/** Splits IMAGE[@selector...]. */
export function parseImageName(word: string): ImageName {
  const selectors: Selector[] = [];
  let rest = word;
  for (;;) {
    const found = SELECTOR.exec(rest);
    if (!found) break;
    rest = rest.slice(0, found.index);
    const [, number, disk, label, uuid, end] = found;
    if (end !== undefined) break;
    if (number !== undefined) {
      if (Number(number) === 0)
        throw new AddressError(`"${word}": partitions are numbered from 1; the whole disk is @disk`);
      selectors.unshift({kind: 'partition', number: Number(number)});
    } else if (disk !== undefined) selectors.unshift({kind: 'disk'});
    else if (label !== undefined) selectors.unshift({kind: 'label', value: decodeValue(label, word)});
    else selectors.unshift({kind: 'uuid', value: decodeValue(uuid!, word)});
  }
  return {image: rest === '' ? undefined : rest, selectors};
}

/** What a word of the command line stands for. */
export function parseAddress(word: string): Address {
  if (word === '') throw new AddressError('an empty word is not a path');
  if (word.includes('\0')) throw new AddressError('a path cannot hold a NUL character');
  if (word === '-') return {kind: 'stream'};
  const at = separator(word);
  if (at < 0) return {kind: 'host', path: word};
  const path = '/' + word.slice(at + 1).replace(/^\/+/, '');
  return {kind: 'image', ...parseImageName(word.slice(0, at)), path};
}

/** As parseAddress, for words where a bare IMAGE stands for its root directory. */
export function parseImageAddress(word: string): ImageAddress | {kind: 'stream'} {
  const address = parseAddress(word);
  if (address.kind !== 'host') return address;
  return {kind: 'image', ...parseImageName(address.path), path: '/'};
}

/** A selector as it is written in an address. */
export function formatSelector(selector: Selector): string {
  switch (selector.kind) {
    case 'partition':
      return `@p${selector.number}`;
    case 'disk':
      return '@disk';
    default:
      return `@${selector.kind}=${selector.value.replace(/[%@:]/g, encodeURIComponent)}`;
  }
}

/** The address of a path, such that parseAddress gives the same parts again. */
export function formatAddress(image: string, selectors: Selector[], path = ''): string {
  const end = SELECTOR.test(image) ? '@' : '';
  const tail = selectors.map(formatSelector).join('');
  return `${image}${end}${tail}${path === '' ? '' : `:${path}`}`;
}
