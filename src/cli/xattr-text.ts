// SPDX-License-Identifier: GPL-2.0-only
// Values of extended attributes as getfattr(1) prints and setfattr(1) takes them: text in quotes, 0x..., 0s...
import {isUtf8} from 'node:buffer';
import {usageFailure} from './failure.ts';

const NAMESPACES = ['user', 'trusted', 'security', 'system', 'btrfs', 'os2'];

/** The kernel would only say that this is not supported. */
export function attributeName(name: string): string {
  const [namespace, ...rest] = name.split('.');
  if (rest.join('.') === '' || !NAMESPACES.includes(namespace!))
    throw usageFailure(`"${name}" is no name of an attribute; they begin with user., trusted., security. or system.`);
  return name;
}

/** Text that has control characters, or is no UTF-8, goes out as base64. */
function isText(value: Buffer): boolean {
  return isUtf8(value) && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(value.toString());
}

/** What stands behind "NAME=". */
export function formatValue(value: Buffer, hex: boolean): string {
  if (hex) return `0x${value.toString('hex')}`;
  if (!isText(value)) return `0s${value.toString('base64')}`;
  const escaped = value
    .toString()
    .replace(/["\\]/g, '\\$&')
    .replace(/[\t\n\r]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `"${escaped}"`;
}

/** Bytes of a value that was typed. */
function parseValue(text: string): Buffer {
  const [, kind, digits] = /^0([xXsS])(.*)$/s.exec(text) ?? [];
  if (kind?.toLowerCase() === 'x') {
    const bare = digits!.replace(/\s/g, '');
    if (!/^(?:[0-9a-f]{2})*$/i.test(bare)) throw usageFailure(`"${text}" is not hexadecimal: two digits for each byte`);
    return Buffer.from(bare, 'hex');
  }
  if (kind) {
    const bare = digits!.replace(/\s/g, '');
    if (!/^(?:[\w+/-]{4})*(?:[\w+/-]{2}(?:==)?|[\w+/-]{3}=?)?$/.test(bare))
      throw usageFailure(`"${text}" is not base64`);
    return Buffer.from(bare, 'base64');
  }
  const quoted = /^"(.*)"$/s.exec(text)?.[1];
  if (quoted === undefined) return Buffer.from(text);
  const bytes = quoted.match(/\\[0-7]{3}|\\?[^]/gu)?.map((piece) => {
    if (/^\\[0-7]{3}$/.test(piece)) return Buffer.from([Number.parseInt(piece.slice(1), 8) & 0xff]);
    return Buffer.from(piece.length > 1 && piece.startsWith('\\') ? piece.slice(1) : piece);
  });
  return Buffer.concat(bytes ?? []);
}

/** "user.name=value" of --set. */
export function parseAttribute(word: string): {name: string; value: Buffer} {
  const at = word.indexOf('=');
  if (at < 0) throw usageFailure(`"${word}" gives no value; write --set NAME=VALUE`);
  return {name: attributeName(word.slice(0, at)), value: parseValue(word.slice(at + 1))};
}
