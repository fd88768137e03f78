// SPDX-License-Identifier: GPL-2.0-only
// The table of `df`, with the columns of df -T.
import {printable} from './name.ts';
import {humanSize} from './size.ts';
import {table, type Column} from './width.ts';

export interface UsageRow {
  where: string;
  type: string;
  label?: string;
  /** Bytes. */
  size: bigint;
  used: bigint;
  available: bigint;
  inodes: bigint;
  inodesFree: bigint;
}

/** Rounded up, as df does; of nothing there is none. */
function percent(used: bigint, free: bigint): string {
  const all = used + free;
  return all === 0n ? '-' : `${(used * 100n + all - 1n) / all}%`;
}

const kibibytes = (bytes: bigint) => String((bytes + 1023n) / 1024n);

export function formatUsage(rows: UsageRow[], {human, inodes}: {human: boolean; inodes: boolean}): string {
  const size = human ? humanSize : kibibytes;
  const right = (title: string, value: (row: UsageRow) => string): Column<UsageRow> => ({title, value, align: 'right'});
  const numbers = inodes
    ? [
        right('INODES', (row) => String(row.inodes)),
        right('USED', (row) => String(row.inodes - row.inodesFree)),
        right('FREE', (row) => String(row.inodesFree)),
        right('USE%', (row) => percent(row.inodes - row.inodesFree, row.inodesFree)),
      ]
    : [
        right(human ? 'SIZE' : 'KIB', (row) => size(row.size)),
        right('USED', (row) => size(row.used)),
        right('AVAIL', (row) => size(row.available)),
        right('USE%', (row) => percent(row.used, row.available)),
      ];
  return table(rows, [
    {title: 'WHERE', value: ({where}) => printable(where)},
    {title: 'TYPE', value: ({type}) => type},
    ...numbers,
    {title: 'LABEL', value: ({label}) => printable(label ?? '')},
  ]);
}
