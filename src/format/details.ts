// SPDX-License-Identifier: GPL-2.0-only
// The text of `stat`: a heading, and a line for each subject.
import type {Details} from '../cli/details.ts';
import {splitDevice} from '../statx.ts';
import {S_IFBLK, S_IFCHR} from '../syscalls.ts';
import {flagLetters, flagNames} from './flags.ts';
import {fileType, modeString, octalMode} from './mode.ts';
import {printable, quoteName} from './name.ts';
import {humanSize} from './size.ts';
import {localTimeInFull} from './time.ts';

const count = (number: bigint, word: string) => `${number} ${word}${number === 1n ? '' : 's'}`;

/** @param heading the address; `quote` for a terminal */
export function formatDetails(heading: Buffer, {entry, xattrs, flags}: Details, quote: boolean): Buffer {
  const stats = entry.stats!;
  const mode = Number(stats.mode);
  const human = stats.size < 1024n ? '' : ` (${humanSize(stats.size)})`;
  const lines: [string, string | Buffer][] = [
    ['type', fileType(mode)],
    ['size', `${count(stats.size, 'byte')}${human}, ${count(stats.blocks, 'block')} of 512 bytes`],
    ['inode', `${stats.ino}, ${count(stats.nlink, 'link')}`],
    ['mode', `${octalMode(mode)} ${modeString(mode)}`],
    ['owner', `${stats.uid}:${stats.gid}`],
    ['access', localTimeInFull(stats.atimeNs)],
    ['modify', localTimeInFull(stats.mtimeNs)],
    ['change', localTimeInFull(stats.ctimeNs)],
    ['birth', stats.birthtimeNs === 0n ? '-' : localTimeInFull(stats.birthtimeNs)],
  ];
  if (entry.target) lines.splice(1, 0, ['target', quote ? quoteName(entry.target) : entry.target]);
  if (entry.type === S_IFBLK || entry.type === S_IFCHR) {
    const {major, minor} = splitDevice(stats.rdev);
    lines.splice(1, 0, ['device', `${major}, ${minor}`]);
  }
  if (xattrs.length > 0) lines.push(['xattrs', xattrs.map(printable).join(', ')]);
  if (flags) lines.push(['flags', `${flagLetters(flags)} (${flagNames(flags)})`]);
  const text = lines.map(([title, value]) =>
    Buffer.concat([Buffer.from(`  ${title.padEnd(7)} `), Buffer.from(value as string), NEWLINE]),
  );
  return Buffer.concat([heading, NEWLINE, ...text]);
}

const NEWLINE = Buffer.from('\n');
