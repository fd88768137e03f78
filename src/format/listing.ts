// SPDX-License-Identifier: GPL-2.0-only
// Entries of directories as text: names in columns or one for each line, long lines, and as JSON.
import type {Entry} from '../dirents.ts';
import {splitDevice, type VolumeStats} from '../statx.ts';
import {S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK} from '../syscalls.ts';
import {fileType, modeString, octalMode, type FileType} from './mode.ts';
import {jsonName, quoteName} from './name.ts';
import {humanSize} from './size.ts';
import {isoTime, localTime} from './time.ts';
import {columns, padStart} from './width.ts';

/** Colours a name by the type of its file. */
export type Paint = (text: string, mode: number) => string;

export interface ListingStyle {
  long: boolean;
  human: boolean;
  inode: boolean;
  /** One name for each line; undefined = columns of this width. */
  width: number | undefined;
  /** Quote what a terminal must not get; else names are bytes as they are. */
  quote: boolean;
  /** Undefined: no colours. */
  paint: Paint | undefined;
}

const NEWLINE = Buffer.from('\n');
const ARROW = Buffer.from(' -> ');

/** As JSON: what lstat says, by name. */
export interface JsonEntry {
  name: string;
  /** Only when the name is not UTF-8. */
  nameBase64?: string;
  type: FileType;
  inode: bigint;
  mode?: string;
  nlink?: number;
  uid?: number;
  gid?: number;
  size?: bigint;
  /** Bytes that the file occupies. */
  allocated?: bigint;
  atime?: string;
  mtime?: string;
  ctime?: string;
  /** Where the file system keeps it. */
  btime?: string;
  major?: number;
  minor?: number;
  target?: string;
  targetBase64?: string;
}

/** The same of a file that was asked about by an address, which is `target` there. */
export interface JsonFacts extends Omit<JsonEntry, 'name' | 'nameBase64' | 'target' | 'targetBase64'> {
  linkTarget?: string;
  linkTargetBase64?: string;
}

const isDevice = (type: number) => type === S_IFBLK || type === S_IFCHR;

export function jsonEntry({name, ino, type, stats, target}: Entry): JsonEntry {
  const base = {...jsonName('name', name), type: fileType(type), inode: ino};
  if (!stats) return base;
  return {
    ...base,
    mode: octalMode(Number(stats.mode)),
    nlink: Number(stats.nlink),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: stats.size,
    allocated: stats.blocks * 512n,
    atime: isoTime(stats.atimeNs),
    mtime: isoTime(stats.mtimeNs),
    ctime: isoTime(stats.ctimeNs),
    ...(stats.birthtimeNs === 0n ? {} : {btime: isoTime(stats.birthtimeNs)}),
    ...(isDevice(type) ? splitDevice(stats.rdev) : {}),
    ...(target ? jsonName('target', target) : {}),
  };
}

export function jsonFacts(entry: Entry): JsonFacts {
  const {name: _, nameBase64: _bytes, target, targetBase64: _target, ...facts} = jsonEntry(entry);
  return {...facts, ...(target === undefined ? {} : jsonName('linkTarget', entry.target!))};
}

function sizeCell(stats: VolumeStats<bigint>, human: boolean): string {
  if (isDevice(Number(stats.mode) & S_IFMT)) {
    const {major, minor} = splitDevice(stats.rdev);
    return `${major}, ${minor}`;
  }
  return human ? humanSize(stats.size) : String(stats.size);
}

/** Everything of a long line but the name; question marks where the kernel could not look. */
function longCells({stats, ino, type}: Entry, style: ListingStyle): string[] {
  const inode = style.inode ? [String(ino)] : [];
  if (!stats) return [...inode, `${modeString(type)[0]}?????????`, '?', '?', '?', '?', '?'];
  return [
    ...inode,
    modeString(Number(stats.mode)),
    String(stats.nlink),
    String(stats.uid),
    String(stats.gid),
    sizeCell(stats, style.human),
    localTime(stats.mtime),
  ];
}

/** A name as it goes out, the target of a link behind it when that is asked for. */
export function nameBytes(
  entry: Entry,
  {quote, paint}: Pick<ListingStyle, 'quote' | 'paint'>,
  target: boolean,
): Buffer {
  const written = (name: Buffer) => (quote ? Buffer.from(quoteName(name)) : name);
  // Colours go around the bytes, which need not be text.
  const [start, end] = paint ? paint('\0', modeOf(entry)).split('\0') : ['', ''];
  const name = Buffer.concat([Buffer.from(start!), written(entry.name), Buffer.from(end!)]);
  return target && entry.target ? Buffer.concat([name, ARROW, written(entry.target)]) : name;
}

const modeOf = (entry: Entry) => (entry.stats ? Number(entry.stats.mode) : entry.type);

/** Lines for standard output. Bytes, because names are. */
export function formatEntries(entries: Entry[], style: ListingStyle): Buffer {
  if (style.long) {
    const cells = entries.map((entry) => longCells(entry, style));
    const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
    const lines = entries.map((entry, row) => {
      const start = cells[row]!.map((cell, column) => padStart(cell, widths[column]!)).join(' ');
      return [Buffer.from(`${start} `), nameBytes(entry, style, true), NEWLINE];
    });
    return Buffer.concat(lines.flat());
  }
  const inodes = style.inode ? entries.map(({ino}) => String(ino)) : [];
  const width = Math.max(0, ...inodes.map(({length}) => length));
  const prefix = (index: number) => (style.inode ? `${inodes[index]!.padStart(width)} ` : '');
  if (style.width === undefined) {
    return Buffer.concat(
      entries.flatMap((entry, index) => [Buffer.from(prefix(index)), nameBytes(entry, style, false), NEWLINE]),
    );
  }
  const texts = entries.map(({name}, index) => prefix(index) + quoteName(name));
  const {paint} = style;
  const painted = (text: string, index: number) => {
    const start = prefix(index).length;
    return paint ? text.slice(0, start) + paint(text.slice(start), modeOf(entries[index]!)) : text;
  };
  return Buffer.from(columns(texts, style.width, painted));
}

/** The colours that GNU ls has without any configuration. */
export function painter(chalk: import('chalk').ChalkInstance): Paint {
  return (text, mode) => {
    switch (mode & S_IFMT) {
      case S_IFDIR:
        return chalk.blue.bold(text);
      case S_IFLNK:
        return chalk.cyan.bold(text);
      case S_IFSOCK:
        return chalk.magenta.bold(text);
      case S_IFIFO:
        return chalk.yellow(text);
      case S_IFBLK:
      case S_IFCHR:
        return chalk.yellow.bold(text);
      case S_IFREG:
        return mode & 0o111 ? chalk.green.bold(text) : text;
      default:
        return text;
    }
  };
}
