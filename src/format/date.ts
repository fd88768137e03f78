// SPDX-License-Identifier: GPL-2.0-only
// Points in time as they are typed: "2024-01-31", "2024-01-31 12:30:00.5", with "Z" or "+01:00", and "@1700000000".

const FORM = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const EPOCH = /^@(-?\d+)(?:\.(\d{1,9}))?$/;

const nanoseconds = (digits: string | undefined) => BigInt((digits ?? '').padEnd(9, '0'));

/** Nanoseconds since 1970, local time where the text does not say; undefined when it is no such date. */
export function parseDate(text: string): bigint | undefined {
  const epoch = EPOCH.exec(text);
  // "@-1.5" is a second and a half before 1970.
  if (epoch) return BigInt(`${epoch[1]}${(epoch[2] ?? '').padEnd(9, '0')}`);
  const found = FORM.exec(text);
  if (!found) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0)) as number[];
  const parts = [year!, month! - 1, day!, hour!, minute!, second!] as const;
  const utc = new Date(Date.UTC(...parts));
  // The 31st of a month that has 30 days would become another day.
  const same = utc.toISOString().startsWith(`${found[1]}-${found[2]}-${found[3]}T`);
  if (!same || hour! > 23 || minute! > 59 || second! > 59) return undefined;
  const zone = found[8]?.toUpperCase();
  const ms = zone === undefined ? new Date(...parts).getTime() : utc.getTime() - offset(zone);
  return BigInt(ms) * 1_000_000n + nanoseconds(found[7]);
}

/** Milliseconds that "+01:00" is before UTC. */
function offset(zone: string): number {
  if (zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
