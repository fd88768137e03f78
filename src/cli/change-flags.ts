// SPDX-License-Identifier: GPL-2.0-only
// Values of flags and words of the commands that change an image; a bad one is refused before anything is opened.
import {parseDate} from '../format/date.ts';
import {usageFailure} from './failure.ts';
import {parseModeChange, type ModeChange} from './mode-change.ts';

export function modeFlag(text: string): ModeChange {
  const change = parseModeChange(text);
  if (!change) throw usageFailure(`"${text}" is not a mode; such are 755, 0644, u+x, g=rX, a-w, +t`);
  return change;
}

/** Nanoseconds since 1970. */
export function dateFlag(text: string): bigint {
  const time = text === 'now' ? BigInt(Date.now()) * 1_000_000n : parseDate(text);
  if (time === undefined)
    throw usageFailure(
      `"${text}" is not a date; such are 2026-01-31, "2026-01-31 12:30:00.5", 2026-01-31T12:30:00Z, @1700000000, now`,
    );
  return time;
}
