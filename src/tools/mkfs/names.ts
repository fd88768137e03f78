// SPDX-License-Identifier: GPL-2.0-only
// Labels, UUIDs and block sizes that each type can have, checked in words that say what the limit is.
import {sentenceSize} from '../../format/size.ts';
import {wrong} from './types.ts';

interface LabelRule {
  /** How many ... */
  most: number;
  /** ... of what: bytes of UTF-8, or units of UTF-16. */
  unit: 'byte' | 'character';
  /** What no label may hold. */
  forbidden?: RegExp;
}

/** @throws KdiskError ERR_USAGE */
export function checkLabel(type: string, label: string | undefined, {most, unit, forbidden}: LabelRule): void {
  if (label === undefined) return;
  const length = unit === 'byte' ? Buffer.byteLength(label) : label.length;
  if (length > most)
    throw wrong(`the label of ${type} has ${most} ${unit}s at most, "${label}" has ${length}`);
  // eslint-disable-next-line no-control-regex
  const found = /[\0\n]/.exec(label) ?? forbidden?.exec(label);
  if (found) throw wrong(`a label of ${type} cannot hold ${JSON.stringify(found[0])}`);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SERIAL = /^[0-9a-f]{4}-?[0-9a-f]{4}$/i;

/** @throws KdiskError ERR_USAGE */
export function checkUuid(type: string, uuid: string | undefined): void {
  if (uuid !== undefined && !UUID.test(uuid))
    throw wrong(`the UUID of ${type} is written 12345678-1234-1234-1234-123456789abc, not "${uuid}"`);
}

/** The eight hexadecimal digits that FAT and exFAT have in place of a UUID. @throws KdiskError ERR_USAGE */
export function checkSerial(type: string, uuid: string | undefined): void {
  if (uuid !== undefined && !SERIAL.test(uuid))
    throw wrong(`the volume number of ${type} is written 1234-ABCD, not "${uuid}"`);
}

/** @throws KdiskError ERR_USAGE */
export function checkNone(type: string, what: string, value: string | undefined): void {
  if (value !== undefined) throw wrong(`${type} has no ${what}`);
}

/** Powers of two from `least` to `most`. @throws KdiskError ERR_USAGE */
export function checkBlockSize(type: string, size: number | undefined, least: number, most: number, what = 'block'): void {
  if (size === undefined) return;
  if (size >= least && size <= most && Number.isInteger(Math.log2(size))) return;
  const range = least === most ? sentenceSize(BigInt(least)) : `a power of two from ${least} to ${most} bytes`;
  throw wrong(`a ${what} of ${type} has ${range}, not ${size}`);
}
