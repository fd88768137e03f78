// SPDX-License-Identifier: GPL-2.0-only
// Labels and identifiers in the forms that superblocks store them.

/** A fixed field of text, ended by NUL, padded with NUL or blanks. Undefined when nothing is left. */
export function text(field: Buffer, encoding: 'utf8' | 'latin1' = 'utf8'): string | undefined {
  const end = field.indexOf(0);
  const found = field.toString(encoding, 0, end < 0 ? field.length : end).trimEnd();
  return found === '' ? undefined : found;
}

/** A fixed field of UTF-16, ended by a NUL. */
export function utf16(field: Buffer, order: 'le' | 'be'): string | undefined {
  const even = Buffer.from(field.subarray(0, field.length & ~1));
  const whole = (order === 'be' ? even.swap16() : even).toString('utf16le');
  const end = whole.indexOf('\0');
  const found = (end < 0 ? whole : whole.slice(0, end)).trimEnd();
  return found === '' ? undefined : found;
}

/** Sixteen bytes as a UUID; undefined when all are zero. */
export function uuid(field: Buffer): string | undefined {
  if (field.every((byte) => byte === 0)) return undefined;
  const hex = field.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A GUID of Microsoft or EFI: the first three groups are little-endian. */
export function guid(field: Buffer): string | undefined {
  const swapped = Buffer.from(field.subarray(0, 16));
  swapped.subarray(0, 4).reverse();
  swapped.subarray(4, 6).reverse();
  swapped.subarray(6, 8).reverse();
  return uuid(swapped);
}

/** The volume serial number of FAT and exFAT: "1234-ABCD". */
export function serial(value: number): string | undefined {
  if (value === 0) return undefined;
  const hex = value.toString(16).toUpperCase().padStart(8, '0');
  return `${hex.slice(0, 4)}-${hex.slice(4)}`;
}

/** Drops what is undefined, so that optional fields are absent instead. */
export function present<T extends object>(fields: {[K in keyof T]: T[K] | undefined}): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

export function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}
