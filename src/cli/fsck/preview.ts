// SPDX-License-Identifier: GPL-2.0-only
// A preview of a repair for people: a line for each file that changes.
import {fileType} from '../../format/mode.ts';
import {printable, quoteName} from '../../format/name.ts';
import {sentenceSize} from '../../format/size.ts';
import type {FsckPreview, TreeChange} from '../../fsck.ts';

/** More than people read; --json has all. */
const LINES = 1000;

const MARKS: Record<TreeChange['kind'], string> = {removed: '-', new: '+', moved: '>', changed: '~'};

/** Where e2fsck and others put what they find no directory for. */
const RESCUED = /^(?:lost\+found|LOST\+FOUND|lost_found)\//;

const shown = (path: Buffer) => quoteName(Buffer.concat([Buffer.from('/'), path]));

function size({size, newSize, fields}: TreeChange): string {
  const text = sentenceSize(size);
  return fields.includes('size') && newSize !== undefined ? `${text} -> ${sentenceSize(newSize)}` : text;
}

function line(change: TreeChange): string {
  const {kind, path, to, inode, type, fields} = change;
  const what = `${fileType(type)}, ${size(change)}, inode ${inode}`;
  const more = fields.filter((field) => field !== 'size').join(', ');
  switch (kind) {
    case 'moved':
      return `${MARKS[kind]} ${shown(path)} -> ${shown(to!)} (${what}${more ? `; other ${more}` : ''})`;
    case 'changed':
      return `${MARKS[kind]} ${shown(path)} (${what}${more ? `; other ${more}` : ''})`;
    default:
      return `${MARKS[kind]} ${shown(path)} (${what})`;
  }
}

export function previewLines(preview: FsckPreview): string[] {
  const {changes, beforeFailed, afterFailed, unreadableBefore, unreadableAfter} = preview;
  if (beforeFailed !== undefined)
    return [`as it is it cannot be mounted, so its files cannot be compared (${printable(beforeFailed)})`];
  if (afterFailed !== undefined) return [`the kernel cannot mount it even then (${printable(afterFailed)})`];
  const lines = changes.slice(0, LINES).map(line);
  if (changes.length > LINES) lines.push(`and ${changes.length - LINES} more; --json shows all`);
  const count = (kind: TreeChange['kind']) => changes.filter((each) => each.kind === kind).length;
  const rescued = changes.filter(({kind, path, to}) =>
    RESCUED.test(String(kind === 'moved' ? to : kind === 'new' ? path : '')),
  ).length;
  const sum = `files: ${count('removed')} removed, ${count('new')} new, ${count('moved')} moved, ${count('changed')} changed`;
  lines.push(changes.length === 0 ? 'no file changes' : rescued > 0 ? `${sum}; ${rescued} of them to lost+found` : sum);
  if (unreadableBefore > 0) lines.push(`unreadable: ${unreadableBefore} before, ${unreadableAfter} after`);
  return lines;
}
