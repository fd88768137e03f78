// SPDX-License-Identifier: GPL-2.0-only
// Files with holes in pax archives, in the three forms that GNU tar has had: 0.0 and 0.1 keep the map of what is data in
// the extended header, 1.0 in front of the data.
import type {PaxRecord} from './pax.ts';

export interface Extent {
  offset: number;
  size: number;
}

export interface SparseFile {
  /** Real name, in bytes one by one; the header has another one. */
  name: string | undefined;
  /** Real length. */
  size: number;
  /** Undefined: at the start of the data. */
  map: Extent[] | undefined;
}

/** A map that a header can claim must not exhaust memory. */
const MOST_EXTENTS = 4_000_000;
const BLOCK = 512;

function count(text: string | undefined): number {
  const value = /^\d{1,16}$/.test(text ?? '') ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw new Error('damaged map of a sparse file');
  return value;
}

/** In rising order, without overlap, inside of the file; empty ones left out. */
function checked(map: Extent[], size: number): Extent[] {
  let end = 0;
  for (const extent of map) {
    if (extent.offset < end || extent.offset + extent.size > size) throw new Error('damaged map of a sparse file');
    end = extent.offset + extent.size;
  }
  return map.filter((extent) => extent.size > 0);
}

function pairs(numbers: number[]): Extent[] {
  if (numbers.length % 2 !== 0) throw new Error('damaged map of a sparse file');
  return Array.from({length: numbers.length / 2}, (_, index) => ({
    offset: numbers[2 * index]!,
    size: numbers[2 * index + 1]!,
  }));
}

/** What an extended header says about holes; undefined for an ordinary file. */
export function sparseFile(records: PaxRecord[]): SparseFile | undefined {
  const last = (key: string) =>
    records.findLast((found) => found.key === `GNU.sparse.${key}`)?.value.toString('latin1');
  const name = last('name');
  if (last('major') !== undefined) {
    const version = `${last('major')}.${last('minor')}`;
    if (version !== '1.0') throw new Error(`sparse file of format ${version}, which is not known`);
    return {name, size: count(last('realsize')), map: undefined};
  }
  if (last('size') === undefined) return undefined;
  const size = count(last('size'));
  const list = last('map');
  if (list !== undefined) {
    const numbers = list === '' ? [] : list.split(',').map(count);
    return {name, size, map: checked(pairs(numbers), size)};
  }
  const numbers = records
    .filter(({key}) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes')
    .map(({value}) => count(value.toString('latin1')));
  return {name, size, map: checked(pairs(numbers), size)};
}

/** Reads the map at the start of the data, piece by piece. */
export class MapReader {
  private text = '';
  private bytes = 0;
  private readonly numbers: number[] = [];

  constructor(private readonly size: number) {}

  /** @returns the map and what follows it, as soon as it is complete */
  push(piece: Buffer): {map: Extent[]; rest: Buffer} | undefined {
    for (let at = 0; at < piece.length;) {
      const until = Math.min(piece.length, at + BLOCK - (this.bytes % BLOCK));
      this.text += piece.toString('latin1', at, until);
      this.bytes += until - at;
      at = until;
      const lines = this.text.split('\n');
      this.text = lines.pop()!;
      for (const line of lines) if (!this.complete()) this.numbers.push(count(line));
      if (this.complete() && this.bytes % BLOCK === 0)
        return {map: checked(pairs(this.numbers.slice(1)), this.size), rest: piece.subarray(at)};
      if (!this.complete() && this.text.length > BLOCK) throw new Error('damaged map of a sparse file');
    }
    return undefined;
  }

  private complete(): boolean {
    const extents = this.numbers[0];
    if (extents === undefined) return false;
    if (extents > MOST_EXTENTS) throw new Error('damaged map of a sparse file');
    return this.numbers.length === 1 + 2 * extents;
  }
}

/** Format 1.0: the map as it stands in front of the data, and the records that announce it. */
export function announceSparse(map: Extent[], size: number, name: Buffer): {head: Buffer; records: PaxRecord[]} {
  // GNU tar takes the length of the file from the last extent, even an empty one.
  const all = [...map, {offset: size, size: 0}];
  const numbers = [all.length, ...all.flatMap((extent) => [extent.offset, extent.size])];
  const text = Buffer.from(numbers.map((number) => `${number}\n`).join(''), 'latin1');
  const head = Buffer.alloc(Math.ceil(text.length / BLOCK) * BLOCK);
  text.copy(head);
  const say = (key: string, value: string | Buffer) => ({
    key: `GNU.sparse.${key}`,
    value: Buffer.from(value as string),
  });
  return {
    head,
    records: [say('major', '1'), say('minor', '0'), say('name', name), say('realsize', String(size))],
  };
}
