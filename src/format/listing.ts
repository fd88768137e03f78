// SPDX-License-Identifier: GPL-2.0-only
// Entries of directories as text: names in columns or one for each line, long lines, and as JSON.
import type {Entry} from '../dirents.ts';
import {splitDevice, type VolumeStats} from '../statx.ts';
import {S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK} from '../syscalls.ts';
import {fileType, modeString, type FileType} from './mode.ts';
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
  /** Quote what a terminal must not get, and paint. Undefined: names as bytes. */
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

const isDevice = (type: number) => type === S_IFBLK || type === S_IFCHR;

export function jsonEntry({name, ino, type, stats, target}: Entry): JsonEntry {
  const base = {...jsonName('name', name), type: fileType(type), inode: ino};
  if (!stats) return base;
  return {
    ...base,
    mode: (Number(stats.mode) & 0o7777).toString(8).padStart(4, '0'),
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

function nameBytes(entry: Entry, style: ListingStyle): Buffer {
  const {paint} = style;
  const mode = entry.stats ? Number(entry.stats.mode) : entry.type;
  const name = paint ? Buffer.from(paint(quoteName(entry.name), mode)) : entry.name;
  if (!style.long || !entry.target) return name;
  return Buffer.concat([name, ARROW, paint ? Buffer.from(quoteName(entry.target)) : entry.target]);
}

/** Lines for standard output. Bytes, because names are. */
export function formatEntries(entries: Entry[], style: ListingStyle): Buffer {
  if (style.long) {
    const cells = entries.map((entry) => longCells(entry, style));
    const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
    const lines = entries.map((entry, row) => {
      const start = cells[row]!.map((cell, column) => padStart(cell, widths[column]!)).join(' ');
      return [Buffer.from(`${start} `), nameBytes(entry, style), NEWLINE];
    });
    return Buffer.concat(lines.flat());
  }
  const inodes = style.inode ? entries.map(({ino}) => String(ino)) : [];
  const width = Math.max(0, ...inodes.map(({length}) => length));
  const prefix = (index: number) => (style.inode ? `${inodes[index]!.padStart(width)} ` : '');
  const {paint} = style;
  if (style.width === undefined || !paint) {
    return Buffer.concat(
      entries.flatMap((entry, index) => [Buffer.from(prefix(index)), nameBytes(entry, style), NEWLINE]),
    );
  }
  const texts = entries.map(({name}, index) => prefix(index) + quoteName(name));
  const painted = (text: string, index: number) => {
    const entry = entries[index]!;
    const start = prefix(index).length;
    return text.slice(0, start) + paint(text.slice(start), entry.stats ? Number(entry.stats.mode) : entry.type);
  };
  return Buffer.from(columns(texts, style.width, painted));
}

/** The colours that GNU ls has without any configuration. */
export function painter(chalk: typeof import('chalk').default): Paint {
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
