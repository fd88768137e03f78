// SPDX-License-Identifier: GPL-2.0-only
// A look at what a copy would do, without content: for --dry-run, for the total of a progress bar, and for names that
// the destination cannot tell apart.
import {isUtf8} from 'node:buffer';
import type {Path} from '../caller.ts';
import type {CopyOptions} from '../copy.ts';
import {decodeRecords, KIND, type TreeRecord} from '../tar/records.ts';
import {readTree} from '../tree.ts';
import {joinPath, type Volume} from '../volume.ts';
import type {Planned} from './copy-plan.ts';
import type {Side} from './copy-side.ts';

/** Sources of one side, which one copy takes together. */
export interface Group {
  planned: Planned[];
  /** Of the side that is read, null for the host; asked anew when it is needed. */
  volume: () => Promise<Volume | null>;
}

export interface Preview {
  record: TreeRecord;
  /** Where it would be written, and the same in parts. */
  path: Path;
  directory: Path;
  name: Path;
}

export interface Seen {
  files: number;
  directories: number;
  links: number;
  hardLinks: number;
  specials: number;
  bytes: number;
}

const SIZE_AT = 40;

/** All that the records of a group tell, with its place at the destination. */
export async function* preview(group: Group, to: Side, options: CopyOptions): AsyncGenerator<Preview> {
  const volume = await group.volume();
  const {recursive = false, follow = false, exclude = [], include = [], names = 'plain', signal} = options;
  for (const {from, to: place} of group.planned) {
    const parent = to.parent(place).path;
    const stack: Path[] = [];
    const sources = [{from: from.path, to: 'x'}];
    const how = {recursive, follow, exclude, include, names, content: false, ...(signal ? {signal} : {})};
    for await (const batch of readTree(volume, sources, how)) {
      for (const record of decodeRecords(batch)) {
        if (record.kind === KIND.leave) stack.pop();
        if ([KIND.leave, KIND.data, KIND.end, KIND.abandon].includes(record.kind as 2)) continue;
        const top = stack.length === 0;
        const directory = top ? parent : stack.at(-1)!;
        const own = top ? place.path : joinPath(directory, record.name);
        if (record.kind === KIND.enter) stack.push(own);
        yield {record, path: own, directory, name: top ? (to.nameOf(place) ?? '') : record.name};
      }
    }
  }
}

/** Adds an entry to the counts. */
export function count(seen: Seen, {kind, metadata}: TreeRecord): void {
  if (kind === KIND.enter) seen.directories++;
  else if (kind === KIND.symlink) seen.links++;
  else if (kind === KIND.hardLink) seen.hardLinks++;
  else if (kind === KIND.special) seen.specials++;
  else if (kind === KIND.file) {
    seen.files++;
    seen.bytes += metadata ? Number(metadata.status.readBigUInt64LE(SIZE_AT)) : 0;
  }
}

export const nothingSeen = (): Seen => ({files: 0, directories: 0, links: 0, hardLinks: 0, specials: 0, bytes: 0});

export interface Clash {
  /** In bytes, for the messages; the first may be at the destination already. */
  first: Buffer;
  second: Buffer;
  directory: Path;
}

/** Case does not count in such names; those that are no UTF-8 have none. */
function fold(name: Buffer): string {
  if (!isUtf8(name)) return name.toString('latin1').replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return name.toString().normalize('NFC').toLowerCase();
}

/** Finds names that only case tells apart, for a destination that sees no case. Uses memory for all the names. */
export class ClashFinder {
  private readonly directories = new Map<string, Map<string, Buffer>>();
  readonly clashes: Clash[] = [];

  constructor(private readonly to: Side) {}

  async add({record, directory, name}: Preview): Promise<void> {
    const own = Buffer.from(name as string);
    if (own.length === 0 || record.kind === KIND.problem) return;
    const key = fold(Buffer.from(directory as string));
    let names = this.directories.get(key);
    if (!names) {
      names = new Map((await this.to.list(directory)).map((there) => [fold(there), there]));
      this.directories.set(key, names);
    }
    const folded = fold(own);
    const before = names.get(folded);
    if (before && !before.equals(own)) this.clashes.push({first: before, second: own, directory});
    else if (!before) names.set(folded, own);
  }
}
