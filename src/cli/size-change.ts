// SPDX-License-Identifier: GPL-2.0-only
// Sizes as truncate(1) takes them: "64K", "+1M", "<2G", "%4096".

/** The new size of a file that has `size` bytes. */
export type SizeChange = (size: number) => number;

const UNITS = 'KMGTPE';

const OPERATORS: Record<string, (size: number, by: number) => number> = {
  '': (_, by) => by,
  '+': (size, by) => size + by,
  '-': (size, by) => Math.max(0, size - by),
  '<': Math.min,
  '>': Math.max,
  '/': (size, by) => size - (size % by),
  '%': (size, by) => size + ((by - (size % by)) % by),
};

/** Undefined when it is none, or more than numbers can hold exactly. */
export function parseSizeChange(text: string): SizeChange | undefined {
  const found = /^\s*([-+<>/%]?)\s*(\d+)(?:([KMGTPE])(i?B)?)?$/i.exec(text);
  if (!found) return undefined;
  const [, operator, digits, letter, suffix] = found as unknown as [string, string, string, string?, string?];
  const base = /^B$/i.test(suffix ?? '') ? 1000 : 1024;
  const by = Number(digits) * base ** (letter ? UNITS.indexOf(letter.toUpperCase()) + 1 : 0);
  if (!Number.isSafeInteger(by) || (by === 0 && (operator === '/' || operator === '%'))) return undefined;
  return (size) => OPERATORS[operator]!(size, by);
}
