// SPDX-License-Identifier: GPL-2.0-only
// Times: for people in local time to the minute, for machines in UTC with all nine digits.

const two = (value: number) => String(value).padStart(2, '0');

/** "2024-01-31 12:30" */
export function localTime(date: Date): string {
  if (Number.isNaN(date.getTime())) return '?';
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The second as a date, and nine digits of what is left; undefined where no calendar reaches. */
function split(ns: bigint): {date: Date; rest: string} | undefined {
  const second = 1_000_000_000n;
  let seconds = ns / second;
  let rest = ns % second;
  if (rest < 0n) {
    seconds -= 1n;
    rest += second;
  }
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? undefined : {date, rest: String(rest).padStart(9, '0')};
}

/** "2024-01-31T11:30:00.123456789Z" */
export function isoTime(ns: bigint): string {
  const found = split(ns);
  return found ? `${found.date.toISOString().slice(0, -5)}.${found.rest}Z` : `${ns}ns`;
}

/** "2024-01-31 12:30:00.123456789 +0100", as stat(1) writes it */
export function localTimeInFull(ns: bigint): string {
  const found = split(ns);
  if (!found) return `${ns}ns`;
  const {date, rest} = found;
  const minutes = -date.getTimezoneOffset();
  const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`;
  return `${localTime(date)}:${two(date.getSeconds())}.${rest} ${zone}`;
}
