// SPDX-License-Identifier: GPL-2.0-only
// Entries of an archive, in whatever order they come, to records of a tree, where directories nest.
import {ArchiveError, type ArchiveEntry, type ContentPiece} from './extract.ts';
import {bytesOf} from './pax.ts';
import {encodeRecord, encodeStatus, KIND, record, type Metadata, type TreeRecord} from './records.ts';

export interface UnpackOptions {
  /** Gets the records, about a MiB at once; the bytes may be used again when it resolves. */
  write: (records: Buffer) => Promise<void>;
  /** Told of what is left out or not kept; `name` as in the archive. */
  problem: (name: string, what: string) => void;
  /** Told once, when names began with a slash. */
  stripped: () => void;
  /** Runs of zeroes become holes. */
  sparse?: boolean;
  /** Access time where the archive has none. */
  now: bigint;
}

const BATCH = 1024 * 1024;
/** Content up to this size travels with its file. */
const MOST_WHOLE = 64 * 1024;
/** Zeroes of this size and place become a hole. */
const HOLE = 64 * 1024;
/** Pieces of content are put together up to this, at multiples of it. */
const PIECE = 8 * HOLE;
const ZEROES = Buffer.alloc(HOLE);

/** Fewer and larger pieces, which end where a hole may begin. */
async function* joined(pieces: AsyncIterable<ContentPiece>): AsyncGenerator<ContentPiece> {
  let waiting: Buffer[] = [];
  let [start, end] = [0, 0];
  const take = () => {
    const piece = {offset: start, data: waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting)};
    waiting = [];
    start = end;
    return piece;
  };
  for await (const {offset, data} of pieces) {
    if (offset !== end) {
      if (waiting.length > 0) yield take();
      start = end = offset;
    }
    for (let at = 0; at < data.length;) {
      const part = data.subarray(at, at + PIECE - (end % PIECE));
      waiting.push(part);
      at += part.length;
      end += part.length;
      if (end % PIECE === 0) yield take();
    }
  }
  if (waiting.length > 0) yield take();
}

export class TarUnpacker {
  private readonly stack: string[] = [];
  /** Of all directories that the archive has told. */
  private readonly known = new Map<string, Metadata>();
  /** Directories that were changed after their metadata was set. */
  private readonly again = new Set<string>();
  private pieces: Buffer[] = [];
  private size = 0;
  private strippedSaid = false;

  constructor(private readonly options: UnpackOptions) {}

  async add(entry: ArchiveEntry): Promise<void> {
    const {type, name} = entry;
    if (type === undefined)
      return this.problem(
        name,
        'left out: an entry of a kind that kdisk does not know; archives of "tar --format=posix" have none',
      );
    const path = this.components(name);
    if (!path) return this.problem(name, 'left out: a name with ".." leads out of the directory');
    for (const what of entry.attributes.unknown) this.problem(name, `not kept: ${what}`);
    if (type === 'directory') return this.directory(path, entry);
    const last = path.pop();
    if (last === undefined) return this.problem(name, 'left out: it has no name');
    await this.enter(path);
    const own = {name: bytesOf(last), path: bytesOf(name)};
    switch (type) {
      case 'file':
      case 'contiguous-file':
        return this.file(entry, own);
      case 'symlink':
        return this.put(record(KIND.symlink, {...own, target: bytesOf(entry.link), metadata: this.metadata(entry)}));
      case 'link': {
        const target = this.components(entry.link);
        if (!target) return this.problem(name, 'left out: a link to a name with ".."');
        return this.put(record(KIND.hardLink, {...own, target: bytesOf(target.join('/'))}));
      }
      default:
        return this.put(record(KIND.special, {...own, metadata: this.metadata(entry)}));
    }
  }

  async finish(): Promise<void> {
    await this.enter([]);
    // Their times were changed by what came later.
    for (const path of [...this.again]) {
      const metadata = this.known.get(path);
      const components = path === '' ? [] : path.split('/');
      await this.enter(components.slice(0, -1));
      await this.put(record(KIND.enter, {name: bytesOf(components.at(-1) ?? ''), path: bytesOf(path), metadata}));
      await this.put(record(KIND.leave));
    }
    await this.enter([]);
    await this.flush();
  }

  private problem(name: string, what: string): void {
    this.options.problem(name, what);
  }

  /** Undefined when the name would lead out. */
  private components(name: string): string[] | undefined {
    if (name.startsWith('/') && !this.strippedSaid) {
      this.strippedSaid = true;
      this.options.stripped();
    }
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    return parts.includes('..') ? undefined : parts;
  }

  private async directory(path: string[], entry: ArchiveEntry): Promise<void> {
    const metadata = this.metadata(entry);
    const key = path.join('/');
    const before = this.known.has(key);
    this.known.set(key, metadata);
    // The one that all is below is not made, so its metadata comes last.
    if (path.length === 0 || before) this.again.add(key);
    if (before) return this.enter(path);
    if (path.length === 0) return;
    await this.enter(path.slice(0, -1));
    await this.enterOne(path.at(-1)!, metadata);
  }

  /** Leaves and enters until `path` is the directory that is open. */
  private async enter(path: string[]): Promise<void> {
    let same = 0;
    while (same < this.stack.length && this.stack[same] === path[same]) same++;
    for (; this.stack.length > same; this.stack.pop()) await this.put(record(KIND.leave));
    for (const name of path.slice(same)) await this.enterOne(name, undefined);
  }

  private async enterOne(name: string, metadata: Metadata | undefined): Promise<void> {
    this.stack.push(name);
    const path = this.stack.join('/');
    if (!metadata && this.known.has(path)) this.again.add(path);
    await this.put(record(KIND.enter, {name: bytesOf(name), path: bytesOf(path), metadata}));
  }

  private async file(entry: ArchiveEntry, own: {name: Buffer; path: Buffer}): Promise<void> {
    const {size} = entry.status;
    const metadata = this.metadata(entry);
    const small = size <= MOST_WHOLE ? await this.whole(entry) : undefined;
    if (small) return this.put(record(KIND.file, {...own, metadata, whole: true, data: small}));
    await this.put(record(KIND.file, {...own, metadata}));
    try {
      for await (const piece of joined(entry.pieces())) await this.content(piece);
    } catch (error) {
      await this.put(record(KIND.abandon));
      throw error;
    }
    await this.put(record(KIND.end, {offset: size}));
  }

  /** All of a small file. */
  private async whole(entry: ArchiveEntry): Promise<Buffer> {
    const content = Buffer.alloc(entry.status.size);
    for await (const {offset, data} of entry.pieces()) {
      if (data.copy(content, offset) < data.length) throw new ArchiveError('the archive holds more than it says');
    }
    return content;
  }

  private async content({offset, data}: ContentPiece): Promise<void> {
    if (!this.options.sparse) return this.put(record(KIND.data, {offset, data}));
    let from = 0;
    for (let at = -offset & (HOLE - 1); at + HOLE <= data.length; at += HOLE) {
      if (ZEROES.compare(data, at, at + HOLE) !== 0) continue;
      if (at > from) await this.put(record(KIND.data, {offset: offset + from, data: data.subarray(from, at)}));
      from = at + HOLE;
    }
    if (from < data.length) await this.put(record(KIND.data, {offset: offset + from, data: data.subarray(from)}));
  }

  private metadata({status, attributes}: ArchiveEntry): Metadata {
    const {xattrs, flags} = attributes;
    const fields = {...status, atimeNs: status.atimeNs ?? this.options.now};
    return {status: encodeStatus(fields), xattrs, ...(flags === undefined ? {} : {flags})};
  }

  private async put(one: TreeRecord): Promise<void> {
    for (const piece of encodeRecord(one)) {
      this.pieces.push(piece);
      this.size += piece.length;
    }
    if (this.size >= BATCH) await this.flush();
  }

  private async flush(): Promise<void> {
    if (this.size === 0) return;
    const records = Buffer.concat(this.pieces);
    this.pieces = [];
    this.size = 0;
    await this.options.write(records);
  }
}
