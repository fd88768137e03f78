// SPDX-License-Identifier: GPL-2.0-only
// Names the partition table of a disk. GPT before dos, because every GPT has a protective MBR in front; the Apple map
// of a hybrid CD stands behind a dos table that is usually the one meant.
import {Head, type Source} from '../types.ts';
import {dos} from './dos.ts';
import {gpt} from './gpt.ts';
import {bsd, mac, named, sgi, sun} from './others.ts';
import type {PartitionTable} from './types.ts';

export type {PartitionTable, TableEntry} from './types.ts';

export async function probeTable(source: Source | Head): Promise<PartitionTable | undefined> {
  const head = await Head.of(source);
  for (const probe of [gpt, dos, mac, sun, sgi, bsd, named]) {
    const found = await probe(head);
    if (found) return found;
  }
  return undefined;
}
