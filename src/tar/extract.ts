// SPDX-License-Identifier: GPL-2.0-only
// Entries of a tar archive, of any of the formats that are in use. tar-stream does the framing; extended headers are
// read here, because its own way makes text of them, which not all values are.
import {extract as newExtract, type Extract, type Header} from 'tar-stream';
import {readAttributes, type Attributes} from './attributes.ts';
import {decodePax, parseTime, type PaxRecord} from './pax.ts';
import type {StatusFields} from './records.ts';
import {MapReader, sparseFile, type Extent, type SparseFile} from './sparse.ts';
import {typeBits, type TarType} from './types.ts';

export interface ContentPiece {
  offset: number;
  data: Buffer;
}

export interface ArchiveEntry {
  /** As it stands in the archive, in bytes one by one. */
  name: string;
  /** Undefined: of a kind that is not known. */
  type: TarType | undefined;
  /** Target of a symbolic link, name of the other entry of a hard link. */
  link: string;
  /** With the length of the file and the type; atimeNs is undefined where the archive does not say. */
  status: Omit<StatusFields, 'atimeNs'> & {size: number; atimeNs: bigint | undefined};
  attributes: Attributes;
  /** Of a file, in rising order, holes left out. Must be read to the end before the next entry is asked for. */
  pieces(): AsyncGenerator<ContentPiece>;
}

/** Why an archive can't be read any further. */
export class ArchiveError extends Error {
  override name = 'ArchiveError';
}

interface Pax {
  path?: string;
  linkpath?: string;
  size?: string;
  records: PaxRecord[];
}

/** What Extract keeps between header and entry. */
interface ExtractInside extends Extract {
  _header: {type: string | null};
  _pax: Pax | null;
  _decodeLongHeader(body: Buffer): void;
}

const BLOCK = 512;
const MILLION = 1_000_000n;

function paxOf(records: PaxRecord[]): Pax {
  const pax: Pax = {records};
  for (const {key, value} of records) {
    // An empty value takes back what was said before.
    if (key === 'path' || key === 'linkpath' || key === 'size') pax[key] = value.toString('latin1');
  }
  return pax;
}

/** Names in latin1, which keeps all bytes; extended headers by decodePax. */
function byteExtract(): {extract: Extract; global: () => PaxRecord[]} {
  const options = {filenameEncoding: 'latin1', allowUnknownFormat: true};
  const extract = newExtract(options as object) as ExtractInside;
  const others = extract._decodeLongHeader.bind(extract);
  let global: PaxRecord[] = [];
  extract._decodeLongHeader = (body) => {
    if (extract._header.type === 'pax-global-header') global = [...global, ...decodePax(body)];
    else if (extract._header.type === 'pax-header') extract._pax = paxOf([...global, ...decodePax(body)]);
    else others(body);
  };
  return {extract, global: () => global};
}

/** @throws ArchiveError, and what `source` throws */
export async function* readArchive(source: AsyncIterable<Buffer>): AsyncGenerator<ArchiveEntry> {
  const {extract, global} = byteExtract();
  let last = '';
  const fed = feed(source, extract);
  fed.catch(() => {});
  try {
    for await (const stream of extract) {
      const {header} = stream;
      last = header.name;
      const pieces = stream as unknown as AsyncIterable<Buffer>;
      const entry = entryOf(header, (header.pax as Pax | null)?.records ?? global(), pieces);
      last = entry.name;
      yield entry;
      // What nobody wanted stands in front of the next header.
      if (header.size > 0 && header.type !== 'directory') stream.resume();
    }
  } catch (error) {
    throw readable(error, last);
  }
  if (!(await fed)) throw new ArchiveError('the archive has no end mark: it was cut off');
}

function readable(error: unknown, last: string): unknown {
  const {message} = error as Error;
  const after = last === '' ? 'at its start' : `at or after ${Buffer.from(last, 'latin1').toString()}`;
  if (message === 'Unexpected end of data') return new ArchiveError(`the archive is cut off ${after}`);
  const own = message.startsWith('damaged') || message.startsWith('sparse file');
  if (own) return new ArchiveError(`the archive cannot be read: ${message} ${after}`);
  if (/^(Invalid|Header exceeds)/.test(message))
    return new ArchiveError(`this is no tar archive, or a damaged one (${after})`);
  return error;
}

/** @returns whether the end mark of archives was seen at the end */
async function feed(source: AsyncIterable<Buffer>, extract: Extract): Promise<boolean> {
  let tail = Buffer.alloc(0);
  try {
    for await (const chunk of source) {
      if (extract.destroyed) return false;
      tail = Buffer.from(
        chunk.length >= BLOCK ? chunk.subarray(-BLOCK) : Buffer.concat([tail, chunk]).subarray(-BLOCK),
      );
      if (extract.write(chunk)) continue;
      await new Promise<void>((resolve) => {
        const go = () => {
          extract.off('drain', go);
          extract.off('close', go);
          resolve();
        };
        extract.on('drain', go);
        extract.on('close', go);
      });
    }
    extract.end(undefined);
  } catch (error) {
    extract.destroy(error as Error);
  }
  return tail.length === BLOCK && tail.every((byte) => byte === 0);
}

function entryOf(header: Header, records: PaxRecord[], content: AsyncIterable<Buffer>): ArchiveEntry {
  const sparse = sparseFile(records);
  const pax = (key: string) => records.findLast((found) => found.key === key)?.value.toString('latin1');
  const number = (key: string, plain: number) => {
    const value = pax(key);
    const found = value ? Number(value) : plain;
    if (!Number.isSafeInteger(found) || found < 0) throw new Error(`damaged header: ${key} is "${value ?? plain}"`);
    return found;
  };
  const time = (key: string) => {
    const value = pax(key);
    const found = value ? parseTime(value) : undefined;
    if (value && found === undefined) throw new Error(`damaged header: ${key} is "${value}"`);
    return found;
  };
  const type = (header.type as TarType | null) ?? undefined;
  return {
    name: sparse?.name ?? header.name,
    type,
    link: header.linkname ?? '',
    status: {
      mode: (header.mode & 0o7777) | ((type && typeBits(type)) ?? 0),
      uid: number('uid', header.uid),
      gid: number('gid', header.gid),
      size: sparse?.size ?? header.size,
      mtimeNs: time('mtime') ?? BigInt(header.mtime.getTime() || 0) * MILLION,
      atimeNs: time('atime'),
      major: number('SCHILY.devmajor', header.devmajor),
      minor: number('SCHILY.devminor', header.devminor),
    },
    attributes: readAttributes(records),
    pieces: () => namingErrors(sparse ? sparsePieces(content, sparse) : densePieces(content, header.size), header.name),
  };
}

async function* namingErrors(pieces: AsyncGenerator<ContentPiece>, name: string): AsyncGenerator<ContentPiece> {
  try {
    yield* pieces;
  } catch (error) {
    throw readable(error, name);
  }
}

async function* densePieces(content: AsyncIterable<Buffer>, size: number): AsyncGenerator<ContentPiece> {
  if (size === 0) return;
  let offset = 0;
  for await (const data of content) {
    yield {offset, data};
    offset += data.length;
  }
}

async function* sparsePieces(content: AsyncIterable<Buffer>, {size, map}: SparseFile): AsyncGenerator<ContentPiece> {
  const reader = map ? undefined : new MapReader(size);
  let extents = map;
  let [index, done] = [0, 0];
  for await (const piece of content) {
    let data = piece;
    if (!extents) {
      const found: {map: Extent[]; rest: Buffer} | undefined = reader!.push(data);
      if (!found) continue;
      ({map: extents, rest: data} = found);
    }
    while (data.length > 0) {
      const extent = extents[index];
      if (!extent) throw new Error('damaged map of a sparse file');
      const part = data.subarray(0, extent.size - done);
      yield {offset: extent.offset + done, data: part};
      data = data.subarray(part.length);
      done += part.length;
      if (done < extent.size) continue;
      index++;
      done = 0;
    }
  }
  if (!extents || index < extents.length) throw new Error('damaged map of a sparse file');
}
