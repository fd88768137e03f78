// SPDX-License-Identifier: GPL-2.0-only
// Words of `kdisk mkfs`: sizes, the place, the time; a bad one is refused before anything is opened.
import type {MkfsOptions} from '../../mkfs.ts';
import {parseDate} from '../../format/date.ts';
import {parseSize} from '../../format/size.ts';
import {parseAddress, parseImageName} from '../../image-path.ts';
import {usageFailure} from '../failure.ts';

export interface Place {
  image: string;
  partition: number | undefined;
}

/** IMAGE[@pN] or IMAGE@disk; with --image, the selector alone. */
export function placeOf(word: string, image: string | undefined): Place {
  const address = parseAddress(word);
  if (address.kind === 'stream') throw usageFailure('"-" is not an image: a file system needs a file or block device');
  if (address.kind === 'image')
    throw usageFailure(`"${word}" is a path in an image; a file system is made in IMAGE or IMAGE@pN, with nothing behind it`);
  const name = parseImageName(word);
  const given = name.image === undefined && image !== undefined ? parseImageName(image) : undefined;
  const path = name.image ?? given?.image;
  if (path === undefined) throw usageFailure(`"${word}" names no image; write IMAGE${word}, or give one with --image`);
  const selectors = [...(given?.selectors ?? []), ...name.selectors];
  const [selector, ...more] = selectors;
  if (more.length > 0 || selector?.kind === 'label' || selector?.kind === 'uuid')
    throw usageFailure(`"${word}": the place of a new file system is IMAGE or a partition by its number, IMAGE@p1`);
  return {image: path, partition: selector?.kind === 'partition' ? selector.number : undefined};
}

/** Bytes of --size and the like. */
export function sizeFlag(flag: string, text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined || bytes === 0 || !Number.isSafeInteger(bytes))
    throw usageFailure(`--${flag} wants a size such as 64M, 1.5G or 16T, not "${text}"`);
  return bytes;
}

/** "10%", "512M" */
export function freeFlag(text: string): NonNullable<MkfsOptions['free']> {
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text.trim());
  if (!share) return text.trim() === '0' ? 0 : sizeFlag('free', text);
  const found = Number(share[1]) / 100;
  if (found >= 0.95) throw usageFailure(`--free wants a size such as 512M, or a share below 95%, not "${text}"`);
  return {share: found};
}

/** Seconds since 1970, from the flag or from SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/). */
export function timestampOf(flag: string | undefined, environment: string | undefined): number | undefined {
  if (flag === undefined && (environment === undefined || environment === '')) return undefined;
  const text = flag ?? environment!;
  const plain = /^\d+$/.test(text) ? BigInt(text) : undefined;
  const date = flag === undefined ? undefined : parseDate(flag);
  const seconds = plain ?? (date === undefined ? undefined : date / 1_000_000_000n);
  if (seconds !== undefined && seconds >= 0n && seconds <= 0xffffffffn) return Number(seconds);
  if (flag === undefined) throw usageFailure(`SOURCE_DATE_EPOCH is no number of seconds since 1970: "${text}"`);
  throw usageFailure(`--timestamp wants seconds since 1970 or a date such as 2026-01-31T12:30:00Z, not "${text}"`);
}

/**
 * What stands behind "--" is for the tool.
 * @param argv as given, @param words that the parser took for arguments
 */
export function nativeWords(argv: string[], words: string[]): string[] {
  const end = argv.indexOf('--');
  const native = end < 0 ? [] : argv.slice(end + 1);
  const own = words.length - native.length;
  if (own > 1)
    throw usageFailure(`one image at a time; options for the tool itself stand behind "--": kdisk mkfs ... ${words[0]} -- ...`);
  if (own < 1) throw usageFailure('IMAGE is missing; it stands in front of "--"');
  return native;
}
