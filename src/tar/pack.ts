// SPDX-License-Identifier: GPL-2.0-only
// Records of a tree to a tar archive in POSIX format. tar-stream makes blocks and framing; extended headers are ours,
// because its own take values for text, and so would change ACLs, file capabilities and names that are not UTF-8.
import {isUtf8} from 'node:buffer';
import {pack as newPack, type Pack} from 'tar-stream';
import {S_IFREG} from '../syscalls.ts';
import {decodeBigStatx, splitDevice, type VolumeStats} from '../statx.ts';
import {attributeRecords} from './attributes.ts';
import {bytesOf, encodePax, formatTime, type PaxRecord} from './pax.ts';
import {KIND, type Metadata, type TreeRecord} from './records.ts';
import {announceSparse, type Extent} from './sparse.ts';
import {tarType, type TarType} from './types.ts';

export interface PackOptions {
  /** Gets the archive, piece by piece. */
  output: (bytes: Buffer) => Promise<void>;
  /** Where the data of a file with holes is; undefined when that is not known. */
  extents?: (path: Buffer) => Promise<Extent[] | undefined>;
  /** Told of what the archive lacks. */
  problem: (path: Buffer, what: string) => void;
}

type PlainHeader = Omit<Parameters<Pack['entry']>[0], 'type' | 'pax'> & {type: TarType | 'pax-header'};
/** Anything in `pax` sends tar-stream to _encodePax: here the extended header as it is written. */
type FullHeader = Omit<PlainHeader, 'type'> & {type: TarType; pax: Buffer};
type Sink = ReturnType<Pack['entry']>;

/** The parts of tar-stream's Pack that put a header in front of an entry. */
interface PackInside extends Pack {
  _encode(header: PlainHeader): void;
  _encodePax(header: FullHeader): void;
}

interface OpenFile {
  path: Buffer;
  sink: Sink;
  done: Promise<void>;
  size: number;
  /** What is stored; all of it for a dense file. */
  map: Extent[];
  /** Next byte of the file to be stored, and the extent that it is in. */
  at: number;
  index: number;
}

const BLOCK = 512;
const ZEROES = Buffer.alloc(256 * 1024);
/** What the octal fields of a header hold; the rest goes to the extended header. */
const MOST_ID = 0o777777;
const MOST_SIZE = 0o77777777777;
const MOST_TIME = 0x7fffffffn;
const NS = 1_000_000_000n;
const LONGEST_NAME = 100;
/** A smaller hole is not worth a map. */
const LEAST_HOLES = 4096;
/** Headers are small, and a write for each would take most of the time. */
const BATCH = 256 * 1024;
/** How much may wait for a slow output. */
const MOST_WAITING = 4 * 1024 * 1024;

/** A name for the header of an entry whose real one stands in the extended header. */
function plainName(name: string): string {
  return (
    name
      .replace(/[^\x21-\x7e]/g, '_')
      .slice(-LONGEST_NAME)
      .replace(/^\/+/, '') || '_'
  );
}

const fitsHeader = (name: string) => name.length <= LONGEST_NAME && /^[\x20-\x7e]*$/.test(name);
const padded = (size: number) => Math.ceil(size / BLOCK) * BLOCK;

export class TarPacker {
  private readonly pack = newPack() as PackInside;
  private readonly written: Promise<void>;
  private readonly prefixes: string[] = [];
  private file: OpenFile | undefined;
  private produced = 0;
  private consumed = 0;
  private wake: (() => void) | undefined;
  private failure: unknown;
  /** Bytes of the archive so far. */
  get bytes(): number {
    return this.consumed;
  }

  constructor(private readonly options: PackOptions) {
    this.pack._encodePax = (header) => {
      const {pax: body, ...rest} = header;
      const plain = {
        ...rest,
        name: fitsHeader(header.name) ? header.name : plainName(header.name),
        ...(header.linkname === undefined || fitsHeader(header.linkname) ? {} : {linkname: plainName(header.linkname)}),
      };
      // Two headers: of the extension, and of the entry itself.
      this.pack._encode({...plain, name: 'PaxHeader', type: 'pax-header', size: body.length});
      this.pack.push(body);
      if (body.length % BLOCK) this.pack.push(ZEROES.subarray(0, BLOCK - (body.length % BLOCK)));
      this.pack._encode(plain);
      this.produced += 2 * BLOCK + padded(body.length);
    };
    this.written = this.write();
    this.written.catch(() => {});
  }

  private async write(): Promise<void> {
    try {
      let waiting: Buffer[] = [];
      let size = 0;
      for await (const piece of this.pack as AsyncIterable<Buffer>) {
        waiting.push(piece);
        size += piece.length;
        this.consumed += piece.length;
        if (size < BATCH) continue;
        await this.send(waiting);
        waiting = [];
        size = 0;
        this.wake?.();
      }
      await this.send(waiting);
    } catch (error) {
      this.failure ??= error;
      this.wake?.();
      throw error;
    }
  }

  private async send(pieces: Buffer[]): Promise<void> {
    try {
      await this.options.output(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
    } catch (error) {
      // Before the stream is torn down, which gives errors of its own.
      this.failure = error;
      throw error;
    }
  }

  /** Waits while the output is far behind. */
  private async flow(): Promise<void> {
    while (this.produced - this.consumed > MOST_WAITING && !this.failure)
      await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.failure) throw this.failure;
  }

  async add(record: TreeRecord): Promise<void> {
    try {
      await this.flow();
      await this.put(record);
    } catch (error) {
      throw this.failure ?? error;
    }
  }

  private async put(record: TreeRecord): Promise<void> {
    switch (record.kind) {
      case KIND.enter:
        await this.enter(record);
        return;
      case KIND.leave:
        this.prefixes.pop();
        return;
      case KIND.file:
        await this.begin(record);
        return;
      case KIND.data:
        await this.data(record.data, record.offset);
        return;
      case KIND.end:
        await this.end();
        return;
      case KIND.abandon:
        if (this.file) this.options.problem(this.file.path, 'the rest of it is zeroes in the archive');
        await this.end();
        return;
      case KIND.symlink:
        await this.entry(record, 'symlink', 0, record.target.toString('latin1'));
        return;
      case KIND.hardLink:
        await this.entry(record, 'link', 0, this.top + record.target.toString('latin1'));
        return;
      case KIND.special:
        await this.special(record);
        return;
      default:
        throw new Error(`record of unknown kind ${record.kind}`);
    }
  }

  async finish(): Promise<void> {
    this.pack.finalize();
    await this.written;
  }

  /** Stops without an end mark. */
  async abandon(): Promise<void> {
    this.pack.destroy(null);
    await this.written.catch(() => {});
  }

  private get prefix(): string {
    return this.prefixes.at(-1) ?? '';
  }

  /** What stands for the top of the tree in names. */
  private get top(): string {
    return this.prefixes[0] === './' ? './' : '';
  }

  private async enter(record: TreeRecord): Promise<void> {
    const own = record.name.length === 0 ? './' : `${this.prefix}${record.name.toString('latin1')}/`;
    if (record.metadata) await this.entry(record, 'directory', 0, undefined, own);
    this.prefixes.push(own);
  }

  private async special(record: TreeRecord): Promise<void> {
    const type = record.metadata && tarType(record.metadata.status.readUInt16LE(28));
    if (type) await this.entry(record, type, 0);
    else this.options.problem(record.path, 'left out: a tar archive has no place for a socket');
  }

  private async begin(record: TreeRecord): Promise<void> {
    const size = record.whole ? record.data.length : record.metadata ? statusSize(record.metadata) : 0;
    const map = record.whole ? undefined : await this.mapOf(record, size);
    const name = this.prefix + record.name.toString('latin1');
    const sparse = map && announceSparse(map, size, bytesOf(name));
    const stored =
      (map ?? [{offset: 0, size}]).reduce((sum, extent) => sum + extent.size, 0) + (sparse?.head.length ?? 0);
    const own = sparse ? name.replace(/[^/]*$/, (last) => `GNUSparseFile.0/${last}`) : name;
    const [sink, done] = this.open(record, 'file', stored, undefined, own, sparse?.records);
    this.file = {path: Buffer.from(record.path), sink, done, size, map: map ?? [{offset: 0, size}], at: 0, index: 0};
    if (sparse) await this.push(sparse.head);
    if (!record.whole) return;
    await this.data(record.data, 0);
    await this.end();
  }

  /** Undefined: stored as it is. */
  private async mapOf({path, metadata}: TreeRecord, size: number): Promise<Extent[] | undefined> {
    if (!metadata || size - Number(metadata.status.readBigUInt64LE(48)) * BLOCK < LEAST_HOLES) return undefined;
    const map = await this.options.extents?.(path);
    if (!map || map.some((extent) => extent.offset + extent.size > size)) return undefined;
    return map.reduce((sum, extent) => sum + extent.size, 0) < size ? map : undefined;
  }

  /** Stores the part of a piece that the map knows; what comes before it and was not told is zeroes. */
  private async data(piece: Buffer, offset: number): Promise<void> {
    const file = this.file!;
    await this.fill(offset);
    while (file.index < file.map.length) {
      const extent = file.map[file.index]!;
      const start = Math.max(file.at, extent.offset);
      if (start >= offset + piece.length) return;
      const end = Math.min(extent.offset + extent.size, offset + piece.length);
      if (end > start) await this.push(piece.subarray(start - offset, end - offset));
      file.at = Math.max(end, start);
      if (end < extent.offset + extent.size) return;
      file.index++;
    }
  }

  /** Zeroes for what the map stores before `offset` and nobody told. */
  private async fill(offset: number): Promise<void> {
    const file = this.file!;
    for (; file.index < file.map.length; file.index++) {
      const extent = file.map[file.index]!;
      file.at = Math.max(file.at, extent.offset);
      const end = Math.min(extent.offset + extent.size, offset);
      while (file.at < end) {
        const zeroes = ZEROES.subarray(0, Math.min(ZEROES.length, end - file.at));
        await this.push(zeroes);
        file.at += zeroes.length;
      }
      if (end < extent.offset + extent.size) return;
    }
  }

  private async end(): Promise<void> {
    const file = this.file!;
    await this.fill(file.size);
    file.sink.end(undefined);
    await file.done;
    this.file = undefined;
  }

  private async push(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    const {sink} = this.file!;
    this.produced += bytes.length;
    // The records' buffer is used again by nobody, so that nothing needs to be copied.
    if (!sink.write(bytes))
      await Promise.race([new Promise<void>((resolve) => sink.once('drain', () => resolve())), this.written]);
    if (this.failure) throw this.failure;
  }

  private async entry(record: TreeRecord, type: TarType, size: number, link?: string, name?: string): Promise<void> {
    const [, done] = this.open(record, type, size, link, name ?? this.prefix + record.name.toString('latin1'));
    await done;
  }

  private open(
    {metadata}: TreeRecord,
    type: TarType,
    size: number,
    link: string | undefined,
    name: string,
    more: PaxRecord[] = [],
  ): [Sink, Promise<void>] {
    const stats = metadata && decodeBigStatx(metadata.status);
    const device = stats && type.endsWith('device') ? splitDevice(stats.rdev) : {major: 0, minor: 0};
    const seconds = stats ? stats.mtimeNs / NS : 0n;
    const header = {
      name,
      type,
      size,
      // tar-stream takes 0 for "not given"; bits of the type are not written.
      mode: stats ? Number(stats.mode) : S_IFREG | 0o644,
      uid: stats ? Math.min(Number(stats.uid), MOST_ID) : 0,
      gid: stats ? Math.min(Number(stats.gid), MOST_ID) : 0,
      mtime: new Date(Number(seconds < 0n ? 0n : seconds > MOST_TIME ? MOST_TIME : seconds) * 1000),
      ...(link === undefined ? {} : {linkname: link}),
      devmajor: Math.min(device.major, MOST_ID),
      devminor: Math.min(device.minor, MOST_ID),
      pax: encodePax([
        ...namePax(name, link, more),
        ...(stats ? statPax(stats, size, type) : []),
        ...more,
        ...this.attributes(metadata, type),
      ]),
    } satisfies FullHeader;
    let sink!: Sink;
    const done = new Promise<void>((resolve, reject) => {
      sink = this.pack.entry(header, (error) => (error ? reject(error as Error) : resolve()));
      sink.on('error', (error) => reject(error));
    });
    done.catch(() => {});
    return [sink, done];
  }

  private attributes(metadata: Metadata | undefined, type: string): PaxRecord[] {
    // They belong to the first name of a file.
    return metadata && type !== 'link' ? attributeRecords(metadata.xattrs, metadata.flags) : [];
  }
}

function statusSize({status}: Metadata): number {
  return Number(status.readBigUInt64LE(40));
}

function namePax(name: string, link: string | undefined, more: PaxRecord[]): PaxRecord[] {
  const records: PaxRecord[] = [];
  // A sparse file has its name in records of its own.
  if (more.length === 0 && !fitsHeader(name)) records.push({key: 'path', value: bytesOf(name)});
  if (link !== undefined && !fitsHeader(link)) records.push({key: 'linkpath', value: bytesOf(link)});
  // Readers that turn names into their own character set are told not to.
  const isText = [name, link ?? ''].every((each) => isUtf8(bytesOf(each)));
  return isText ? records : [{key: 'hdrcharset', value: bytesOf('BINARY')}, ...records];
}

function statPax(stats: VolumeStats<bigint>, size: number, type: string): PaxRecord[] {
  const say = (key: string, value: string) => ({key, value: bytesOf(value)});
  const records = [say('mtime', formatTime(stats.mtimeNs)), say('atime', formatTime(stats.atimeNs))];
  if (stats.uid > MOST_ID) records.push(say('uid', String(stats.uid)));
  if (stats.gid > MOST_ID) records.push(say('gid', String(stats.gid)));
  if (size > MOST_SIZE) records.push(say('size', String(size)));
  if (type.endsWith('device')) {
    const {major, minor} = splitDevice(stats.rdev);
    if (major > MOST_ID) records.push(say('SCHILY.devmajor', String(major)));
    if (minor > MOST_ID) records.push(say('SCHILY.devminor', String(minor)));
  }
  return records;
}
