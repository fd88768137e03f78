// SPDX-License-Identifier: GPL-2.0-only
// Sizes for people, and back: "1.5K" as ls -h writes, "1.5 KiB" in sentences, "64M" from a flag.

const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

function scale(bytes: bigint): {value: number; unit: string} {
  let power = 0;
  let value = Number(bytes);
  while (value >= 1024 && power < UNITS.length - 1) {
    value /= 1024;
    power++;
  }
  return {value, unit: UNITS[power]!};
}

/** As ls -h and du -h: powers of 1024, one digit after the point below 10, rounded up. */
export function humanSize(bytes: bigint): string {
  const {value, unit} = scale(bytes);
  if (unit === '') return String(bytes);
  const tenths = Math.ceil(value * 10) / 10;
  if (tenths < 10) return tenths.toFixed(1) + unit;
  const whole = Math.ceil(value);
  // 1023.2K rounds up to the next unit.
  return whole === 1024 ? `1.0${UNITS[UNITS.indexOf(unit) + 1] ?? unit}` : String(whole) + unit;
}

/** "1.5 GiB", to the nearest. */
export function sentenceSize(bytes: bigint): string {
  const {value, unit} = scale(bytes);
  if (unit === '') return `${bytes} ${bytes === 1n ? 'byte' : 'bytes'}`;
  return `${value < 100 ? Number(value.toFixed(1)) : Math.round(value)} ${unit}iB`;
}

/** Bytes of "64M", "1.5G", "100000"; undefined when it is not a size. Powers of 1024, with or without "iB" or "B". */
export function parseSize(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim());
  if (!found) return undefined;
  return Math.round(Number(found[1]) * 1024 ** UNITS.indexOf(found[2]!.toUpperCase()));
}
