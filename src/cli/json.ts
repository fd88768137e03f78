// SPDX-License-Identifier: GPL-2.0-only
// The form of --json: two blanks of indent, and 64-bit numbers with all their digits, which JSON has room for although
// JavaScript's numbers do not.

const MARK = '\u0000bigint:';
const MARKED = /"\\u0000bigint:(-?\d+)"/g;

/** @param indent 0 for one line */
export function formatJson(value: unknown, indent = 2): string {
  const text = JSON.stringify(
    value,
    (_, field: unknown) => (typeof field === 'bigint' ? `${MARK}${field}` : field),
    indent,
  );
  return text.replace(MARKED, '$1') + '\n';
}
