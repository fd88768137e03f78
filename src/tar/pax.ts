// SPDX-License-Identifier: GPL-2.0-only
// Extended headers of POSIX.1-2001 tar (pax): records "LENGTH KEY=VALUE\n". Values are bytes here, because ACLs, file
// capabilities and many names are no text.

export interface PaxRecord {
  key: string;
  value: Buffer;
}

/** Bytes of a string that stands for bytes one by one: names and keys travel in this form. */
export const bytesOf = (text: string) => Buffer.from(text, 'latin1');

export function encodePax(records: PaxRecord[]): Buffer {
  const pieces: Buffer[] = [];
  for (const {key, value} of records) {
    const rest = Buffer.concat([bytesOf(` ${key}=`), value, bytesOf('\n')]);
    // The length counts its own digits.
    let length = rest.length;
    while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
    pieces.push(bytesOf(String(length)), rest);
  }
  return Buffer.concat(pieces);
}

/** @throws Error when a record does not end where it says */
export function decodePax(body: Buffer): PaxRecord[] {
  const records: PaxRecord[] = [];
  for (let at = 0; at < body.length;) {
    const blank = body.indexOf(0x20, at);
    const digits = blank < 0 ? '' : body.toString('latin1', at, blank);
    const end = at + Number(digits);
    // Some writers fill the rest with zeroes.
    if (body[at] === 0 && body.subarray(at).every((byte) => byte === 0)) break;
    if (!/^\d{1,10}$/.test(digits) || end > body.length || end <= blank || body[end - 1] !== 0x0a)
      throw new Error('damaged extended header');
    const equals = body.indexOf(0x3d, blank);
    if (equals < 0 || equals >= end) throw new Error('damaged extended header');
    records.push({key: body.toString('latin1', blank + 1, equals), value: body.subarray(equals + 1, end - 1)});
    at = end;
  }
  return records;
}

const NS = 1_000_000_000n;

/** "-1.5" is one and a half seconds before 1970. */
export function formatTime(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const fraction = String(size % NS)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${ns < 0n ? '-' : ''}${size / NS}${fraction && `.${fraction}`}`;
}

/** Undefined when it is no number. Digits beyond nanoseconds are dropped. */
export function parseTime(text: string): bigint | undefined {
  const found = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (!found || text === '' || text === '-') return undefined;
  const [, sign, seconds, fraction = ''] = found;
  const size = BigInt(seconds || '0') * NS + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return sign ? -size : size;
}
