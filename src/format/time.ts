// SPDX-License-Identifier: GPL-2.0-only
// Times: for people in local time to the minute, for machines in UTC with all nine digits.

const two = (value: number) => String(value).padStart(2, '0');

/** "2024-01-31 12:30" */
export function localTime(date: Date): string {
  if (Number.isNaN(date.getTime())) return '?';
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** "2024-01-31T11:30:00.123456789Z" */
export function isoTime(ns: bigint): string {
  const second = 1_000_000_000n;
  let seconds = ns / second;
  let rest = ns % second;
  if (rest < 0n) {
    seconds -= 1n;
    rest += second;
  }
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return `${ns}ns`;
  return `${date.toISOString().slice(0, -5)}.${String(rest).padStart(9, '0')}Z`;
}
