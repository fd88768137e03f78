// SPDX-License-Identifier: GPL-2.0-only
// Two trees of the host compared by programs that are not ours: rsync, find, getfattr, getcap, lsattr, xfs_io, cmp.
import {spawnSync} from 'node:child_process';
import type {Type} from './judges.ts';
import {toolEnvironment} from './tools.ts';

function said(name: string, args: string[], cwd: string, input?: string): string {
  const {status, stdout, stderr, error} = spawnSync(name, args, {
    cwd,
    env: {...toolEnvironment, TZ: 'UTC'},
    encoding: 'latin1',
    maxBuffer: 1 << 28,
    ...(input === undefined ? {} : {input}),
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
  return stdout;
}

/** Lines that only one of two texts has, marked with - or +. */
function unlike(what: string, one: string, other: string, separator = '\n'): string[] {
  if (one === other) return [];
  const [left, right] = [one, other].map((text) => new Set(text.split(separator)));
  const show = (mark: string, lines: Set<string>, than: Set<string>) =>
    [...lines].filter((line) => !than.has(line)).map((line) => `${what}: ${mark} ${JSON.stringify(line)}`);
  return [...show('-', left!, right!), ...show('+', right!, left!)];
}

// Type, mode, owner, links, size, device or link target, both times with all digits. Sizes of directories are the file
// system's own affair.
const FACTS = ['%y %m %U %G %n', '%s', '%T@ %A@', '%l'];

function facts(root: string, atime: boolean): string {
  const print = (fields: string[]) => `%P ${fields.join(' ')}\\0`;
  const [type, size, both, target] = FACTS as [string, string, string, string];
  const times = atime ? both : both.split(' ')[0]!;
  return said('find', ['.', '-type', 'd', '-printf', print([type.replace(' %n', ''), times]), '-o', '-printf', print([type, size, times, target])], root)
    .split('\0').sort().join('\0');
}

/** Device numbers, which find does not print. */
const devices = (root: string) =>
  said('sh', ['-c', 'find . \\( -type c -o -type b \\) -exec stat -c "%n %F %t:%T" {} + | sort'], root);

// How xfs keeps an ACL shows as an attribute too.
const XFS_ACL = 'trusted.SGI_ACL_*';

function attributes(root: string, xfs: boolean): string {
  const text = said('sh', ['-c', 'find . -print0 | sort -z | xargs -0 getfattr -h -d -m - -e hex --'], root);
  return xfs ? text.replace(/^trusted\.SGI_ACL_.*\n/gm, '') : text;
}

/** What chattr can set; the rest (e: extents, I: index, N: inline, V, E) is how a file system keeps the file. */
function inodeFlags(root: string, letters: string): string {
  const lines = said('sh', ['-c', 'find . \\( -type f -o -type d \\) -print0 | sort -z | xargs -0 lsattr -d --'], root).split('\n');
  const other = new RegExp(`[^${letters}]`, 'g');
  return lines.map((line) => `${line.slice(0, line.indexOf(' ')).replace(other, '')}${line.slice(line.indexOf(' '))}`).join('\n');
}

/** Where data and holes begin, in the files that have any. */
const holes = (root: string) =>
  said('sh', ['-c', 'find . -type f -size +1M -print0 | sort -z | xargs -0 -I{} sh -c \'echo "$1"; xfs_io -r -c "seek -a -r 0" "$1"\' sh {}'], root);

export interface Likeness {
  /** Letters of chattr that count. */
  flags: string;
  /** The second tree is mounted from an image of this type. */
  on?: Type;
  /** Times of the last access count (default true). */
  atime?: boolean;
}

/** In what two trees are not the same, one line each, at most 40. */
export function differences(one: string, other: string, {flags, on, atime = true}: Likeness): string[] {
  const xfs = on === 'xfs';
  const filter = xfs ? [`--filter=-x ${XFS_ACL}`] : [];
  const rsync = said('rsync', ['-aHAXSn', ...filter, '--delete', '--itemize-changes', `${one}/`, `${other}/`], '/');
  return [
    ...rsync.split('\n').filter(Boolean).map((line) => `rsync: ${line}`),
    ...unlike('find', facts(one, atime), facts(other, atime), '\0'),
    ...unlike('stat', devices(one), devices(other)),
    ...unlike('getfattr', attributes(one, xfs), attributes(other, xfs), '\n\n'),
    ...unlike('lsattr', inodeFlags(one, flags), inodeFlags(other, flags)),
    ...unlike('xfs_io', holes(one), holes(other)),
    ...unlike('sha256sum', contents(one), contents(other)),
  ].slice(0, 40);
}

/** rsync -n trusts size and time. */
const contents = (root: string) => said('sh', ['-c', 'find . -type f -size -1G -print0 | sort -z | xargs -0 sha256sum --'], root);
