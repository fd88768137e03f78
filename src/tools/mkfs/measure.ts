// SPDX-License-Identifier: GPL-2.0-only
// How much a tree is, in the terms in which file systems count: blocks of every size, names, attributes, entries of
// each directory.
import {statSync} from 'node:fs';
import {isUtf8} from 'node:buffer';
import {throwIfAborted} from '../../errors.ts';
import {readTree} from '../../tree.ts';
import {readArchive, type ArchiveEntry} from '../../tar/extract.ts';
import {decodeRecords, KIND, type TreeRecord, type Xattr} from '../../tar/records.ts';

/** Block sizes that sums are kept for: 512 bytes to 1 MiB. */
const SIZES = Array.from({length: 12}, (_, power) => 512 << power);

/** One that fits into a record of NTFS's table of files. */
const TINY = 600;

/** Blocks that an inode of ext2 names itself. */
const DIRECT = 12;

/** A file that takes no block of its own in any file system that stores small files with their inodes. */
const SMALL = 2048;

// struct statx (include/uapi/linux/stat.h)
const AT = {ino: 32, size: 40, blocks: 48, devMajor: 136, devMinor: 140};

export interface Clash {
  first: string;
  second: string;
}

export class Measure {
  files = 0;
  directories = 0;
  links = 0;
  hardLinks = 0;
  specials = 0;
  /** Of content, holes included. */
  bytes = 0;
  /** Bytes of names in all. */
  names = 0;
  /** Bytes of extended attributes, names and values. */
  xattrs = 0;
  /** Entries whose attributes may not fit into their inode. */
  manyXattrs = 0;
  /** Symbolic links that are longer than what fits into an inode. */
  longLinks = 0;
  /** Bytes in files of at most 2 KiB, and how many of those there are. */
  smallBytes = 0;
  smallFiles = 0;
  /** Files of at most 600 bytes. */
  tinyFiles = 0;
  /** Entries of the top directory, in the 32-byte slots of FAT ... */
  rootSlots = 0;
  /** ... of the largest, which may be another ... */
  mostSlots = 0;
  /** ... and of them all. */
  slots = 0;
  /** Names that only case tells apart; the first few, and only when asked for. */
  readonly clashes: Clash[] = [];
  private readonly rounded = SIZES.map(() => 0);
  private readonly listings = SIZES.map(() => 0);
  private readonly maps = SIZES.map(() => 0);

  /** Bytes that the content takes in blocks of a size, holes left out. */
  content(blockSize: number): number {
    return this.rounded[index(blockSize)]!;
  }

  /** Bytes of all directories in blocks of a size, at 8 bytes and the name for each entry. */
  directoryBytes(blockSize: number): number {
    return this.listings[index(blockSize)]!;
  }

  /** Blocks that tell where the blocks of files are, as ext2 does: 12 in the inode, then those in blocks of 32-bit numbers. */
  mapBlocks(blockSize: number): number {
    return this.maps[index(blockSize)]!;
  }

  /** Everything that needs an inode. */
  get inodes(): number {
    return this.files + this.directories + this.links + this.specials;
  }

  get entries(): number {
    return this.inodes + this.hardLinks;
  }

  /** @param stored bytes that are no holes */
  addFile(size: number, stored: number): void {
    this.files++;
    this.bytes += size;
    if (size <= SMALL) {
      this.smallBytes += size;
      this.smallFiles++;
      if (size <= TINY) this.tinyFiles++;
    }
    SIZES.forEach((block, at) => {
      const blocks = Math.ceil(stored / block);
      this.rounded[at]! += blocks * block;
      const mapped = Math.ceil(Math.max(0, blocks - DIRECT) / (block / 4));
      this.maps[at]! += mapped + (mapped > 1 ? 2 + Math.ceil(mapped / (block / 4)) : 0);
    });
  }

  addName(name: number, isTop: boolean): void {
    this.names += name;
    const slots = slotsOf(name);
    this.slots += slots;
    if (isTop) this.rootSlots += slots;
  }

  addXattrs(xattrs: Xattr[]): void {
    const bytes = xattrs.reduce((sum, {name, value}) => sum + name.length + value.length + 16, 0);
    this.xattrs += bytes;
    if (bytes > 64) this.manyXattrs++;
  }

  addLink(length: number): void {
    this.links++;
    if (length >= 60) this.longLinks++;
  }

  /** @param bytes of the entries of a directory, as directoryBytes() counts */
  endDirectory(bytes: number): void {
    // A directory that was filled entry by entry is split in halves now and then.
    SIZES.forEach((block, at) => {
      const blocks = Math.ceil(bytes / block);
      this.listings[at]! += (blocks <= 1 ? 1 : Math.ceil(blocks * 1.5) + 1) * block;
    });
  }
}

/** A long name takes a slot for each 13 of its characters, and one for the short name. */
const slotsOf = (name: number) => 1 + Math.ceil(name / 13);

function index(blockSize: number): number {
  const found = SIZES.indexOf(blockSize);
  return found < 0 ? 3 : found;
}

/** As ext4 stores one. */
const entryBytes = (name: number) => 8 + ((name + 3) & ~3);

/** Case does not count in such names; those that are no UTF-8 have none. */
function fold(name: Buffer): string {
  return isUtf8(name) ? name.toString().normalize('NFC').toLowerCase() : name.toString('latin1');
}

interface Level {
  bytes: number;
  slots: number;
  names?: Map<string, string> | undefined;
}

interface TreeMeasure {
  /** Names that only case tells apart are looked for. */
  foldsCase: boolean;
  /** A file that is not counted: the image, which may lie in the tree. */
  except: string;
  /** Extended attributes count: they take time to be read. */
  xattrs: boolean;
  /** Files may have holes, which take no room. */
  holes: boolean;
  /** The type has no larger files: the copy will leave them out. */
  mostBytes: number;
  signal: AbortSignal | undefined;
  progress: (measure: Measure) => void;
}

/** @param directory on the host */
export async function measureTree(directory: string, how: TreeMeasure): Promise<Measure> {
  const measure = new Measure();
  const except = statSync(how.except, {bigint: true, throwIfNoEntry: false});
  const stack: Level[] = [];
  const options = {recursive: true, xattrs: how.xattrs, content: false, ...(how.signal ? {signal: how.signal} : {})};
  for await (const batch of readTree(null, [{from: directory, to: ''}], options)) {
    for (const record of decodeRecords(batch)) {
      if (record.kind === KIND.leave) measure.endDirectory(stack.pop()!.bytes);
      else if (!except || !isSame(record, except)) addRecord(measure, record, stack, how);
    }
    how.progress(measure);
  }
  return measure;
}

function isSame({metadata}: TreeRecord, {ino, dev}: {ino: bigint; dev: bigint}): boolean {
  if (!metadata || metadata.status.readBigUInt64LE(AT.ino) !== ino) return false;
  const [major, minor] = [metadata.status.readUInt32LE(AT.devMajor), metadata.status.readUInt32LE(AT.devMinor)];
  // makedev(3)
  return dev === BigInt((minor & 0xff) | (major << 8)) + (BigInt(minor & ~0xff) << 12n);
}

function addRecord(measure: Measure, {kind, name, target, metadata, path}: TreeRecord, stack: Level[], how: TreeMeasure) {
  if (kind === KIND.problem || kind === KIND.data || kind === KIND.end || kind === KIND.abandon) return;
  const above = stack.at(-1);
  if (above) {
    measure.addName(name.length, stack.length === 1);
    above.bytes += entryBytes(name.length);
    above.slots += slotsOf(name.length);
    measure.mostSlots = Math.max(measure.mostSlots, above.slots);
    if (above.names) noteName(measure, above.names, name, path);
  }
  if (metadata) measure.addXattrs(metadata.xattrs);
  if (kind === KIND.enter) {
    measure.directories++;
    stack.push({bytes: 24, slots: 2, names: how.foldsCase ? new Map() : undefined});
  } else if (kind === KIND.file) {
    const size = Number(metadata?.status.readBigUInt64LE(AT.size) ?? 0n);
    const blocks = Number(metadata?.status.readBigUInt64LE(AT.blocks) ?? 0n) * 512;
    if (size > how.mostBytes) return;
    // Some hosts keep small files in no block at all.
    measure.addFile(size, !how.holes || size <= 65536 ? size : Math.min(size, blocks));
  } else if (kind === KIND.symlink) measure.addLink(target.length);
  else if (kind === KIND.hardLink) measure.hardLinks++;
  else measure.specials++;
}

const MOST_CLASHES = 5;

function noteName(measure: Measure, names: Map<string, string>, name: Buffer, path: Buffer): void {
  const folded = fold(name);
  const before = names.get(folded);
  if (before === undefined) names.set(folded, path.toString());
  else if (measure.clashes.length < MOST_CLASHES) measure.clashes.push({first: before, second: path.toString()});
}

/** The same of a tar archive, not compressed, which is read to its end. @throws ArchiveError */
export async function measureArchive(
  archive: AsyncIterable<Buffer>,
  {signal, progress}: Pick<TreeMeasure, 'signal' | 'progress'>,
): Promise<Measure> {
  const measure = new Measure();
  const listings = new Map<string, number>([['', 24]]);
  for await (const entry of readArchive(archive)) {
    throwIfAborted(signal);
    addEntry(measure, entry, listings);
    for await (const {data} of entry.pieces()) void data;
    progress(measure);
  }
  for (const bytes of listings.values()) measure.endDirectory(bytes);
  return measure;
}

function addEntry(measure: Measure, {name, type, link, status, attributes}: ArchiveEntry, listings: Map<string, number>) {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const last = parts.pop() ?? '';
  for (let depth = 1; depth <= parts.length; depth++) addDirectory(measure, parts.slice(0, depth).join('/'), listings);
  const above = parts.join('/');
  if (last !== '' && type !== 'directory') {
    measure.addName(last.length, above === '');
    listings.set(above, (listings.get(above) ?? 24) + entryBytes(last.length));
  }
  measure.addXattrs(attributes.xattrs);
  switch (type) {
    case 'directory':
      addDirectory(measure, last === '' ? '' : [...parts, last].join('/'), listings);
      return;
    case 'file':
    case 'contiguous-file':
      measure.addFile(status.size, status.size);
      return;
    case 'symlink':
      measure.addLink(link.length);
      return;
    case 'link':
      measure.hardLinks++;
      return;
    default:
      measure.specials++;
  }
}

function addDirectory(measure: Measure, path: string, listings: Map<string, number>): void {
  if (listings.has(path)) return;
  listings.set(path, 24);
  measure.directories++;
  const at = path.lastIndexOf('/');
  const [above, name] = [path.slice(0, Math.max(0, at)), path.slice(at + 1)];
  measure.addName(name.length, above === '');
  listings.set(above, (listings.get(above) ?? 24) + entryBytes(name.length));
}
