// SPDX-License-Identifier: GPL-2.0-only
// File names are bytes. On a terminal they are quoted as GNU ls does (a name must not be able to move the cursor), in a
// pipe they go out as they are, and in JSON the bytes are added where they are not UTF-8.
import {isUtf8} from 'node:buffer';

/** Control, format (bidirectional overrides!), private and unassigned characters, and separators but the blank. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/u;
/** A shell would take these apart or expand them. */
const SHELL_SPECIAL = /[\s!"$&'()*;<=>?[\\\]^`{|}~#]/u;

function ansiC(bytes: Buffer): string {
  const escapes: Record<number, string> = {7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r'};
  return [...bytes].map((byte) => escapes[byte] ?? `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** Splits into what can be shown and what must be escaped; bytes that are no UTF-8 belong to the second. */
function* pieces(name: Buffer): Generator<{safe: boolean; text: string}> {
  for (let at = 0; at < name.length;) {
    const length = [1, 2, 3, 4].find((size) => at + size <= name.length && isUtf8(name.subarray(at, at + size))) ?? 1;
    const bytes = name.subarray(at, at + length);
    const text = bytes.toString();
    const safe = isUtf8(bytes) && !UNSAFE.test(text);
    yield {safe, text: safe ? text : ansiC(bytes)};
    at += length;
  }
}

/** The "shell-escape" style of GNU ls: pasted into a shell, it gives the name. */
export function quoteName(name: Buffer): string {
  const text = name.toString();
  if (isUtf8(name) && !UNSAFE.test(text)) {
    if (text !== '' && !SHELL_SPECIAL.test(text)) return text;
    return text.includes("'") && !/["$`\\!]/.test(text) ? `"${text}"` : `'${text.replaceAll("'", `'\\''`)}'`;
  }
  let quoted = '';
  let mode: 'none' | 'plain' | 'escaped' = 'none';
  for (const {safe, text} of pieces(name)) {
    const wanted = safe ? 'plain' : 'escaped';
    if (mode !== wanted) quoted += (mode === 'none' ? '' : "'") + (safe ? "'" : "$'");
    mode = wanted;
    quoted += safe ? text.replaceAll("'", `'\\''`) : text;
  }
  // GNU ls begins with an empty pair when the first character is escaped.
  return (quoted.startsWith('$') ? "''" : '') + quoted + (mode === 'none' ? "''" : "'");
}

/** Any text of an image that goes into a message: without control characters. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** For JSON: the name as text, and as base64 when the text can't be turned back. */
export function jsonName<Key extends string>(
  key: Key,
  name: Buffer,
): Record<Key, string> & Partial<Record<`${Key}Base64`, string>> {
  const fields: Record<string, string> = {[key]: name.toString()};
  if (!isUtf8(name)) fields[`${key}Base64`] = name.toString('base64');
  return fields as Record<Key, string> & Partial<Record<`${Key}Base64`, string>>;
}
