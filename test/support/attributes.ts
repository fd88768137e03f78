// SPDX-License-Identifier: GPL-2.0-only
// A tree that has one of everything an entry of a Linux file system can be or have, made by the host's own tools. Needs
// root, and a directory on a file system of the host that holds all of it (loop.ts).
import {
  chmodSync,
  chownSync,
  closeSync,
  lchownSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {tool} from './tools.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** What the file systems on the way hold less of than the host's. */
export interface Limits {
  /** Longest value of an extended attribute, bytes. */
  xattr: number;
  /** Longest target of a symbolic link, bytes. */
  symlink: number;
  /** Largest minor number of a device. */
  minor: number;
  /** Letters of chattr that an inode can have. */
  flags: string;
  /** A sparse file of 5 GiB too; without it one of 300 MiB. */
  huge: boolean;
}

export const LIMITS = {
  ext4: {xattr: 65_536, symlink: 4095, minor: 1_048_575, flags: 'AdSDai', huge: true},
  xfs: {xattr: 65_536, symlink: 1023, minor: 262_143, flags: 'AdSai', huge: true},
  btrfs: {xattr: 16_000, symlink: 4000, minor: 1_048_575, flags: 'AdSDcai', huge: true},
  f2fs: {xattr: 3400, symlink: 4000, minor: 1_048_575, flags: 'AdSDai', huge: true},
} satisfies Record<string, Limits>;

/** The least of each. */
export function common(...all: Limits[]): Limits {
  return all.reduce((one, other) => ({
    xattr: Math.min(one.xattr, other.xattr),
    symlink: Math.min(one.symlink, other.symlink),
    minor: Math.min(one.minor, other.minor),
    flags: [...one.flags].filter((letter) => other.flags.includes(letter)).join(''),
    huge: one.huge && other.huge,
  }));
}

/** Bytes without a pattern that could hide a shift, the same at each run. */
function content(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0, state = length + 1; at < length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

/** Makes everything below `root`, which must not exist. */
export function makeEverything(root: string, limits: Limits): void {
  mkdirSync(root);
  const at = (path: string) => join(root, path);
  for (const name of ['modes', 'owners', 'times', 'links', 'holes', 'special', 'attributes', 'acls', 'flags', 'names', 'sizes', 'empty'])
    mkdirSync(at(name));
  modes(at('modes'));
  owners(at('owners'));
  sizes(at('sizes'));
  holes(at('holes'), limits);
  links(root, limits);
  special(at('special'), limits);
  attributes(at('attributes'), limits);
  acls(at('acls'));
  names(at('names'));
  // These last: what is made or changed below a directory changes its times, and some flags forbid it.
  times(at('times'));
  flags(at('flags'), limits);
  tool('touch', ['-d', '2001-02-03 04:05:06.123456789Z', root]);
}

function modes(folder: string): void {
  for (const mode of [0, 0o400, 0o644, 0o755, 0o777, 0o1644, 0o2755, 0o4755, 0o6711, 0o7777]) {
    const name = mode.toString(8).padStart(4, '0');
    writeFileSync(join(folder, `file-${name}`), name);
    chmodSync(join(folder, `file-${name}`), mode);
    mkdirSync(join(folder, `directory-${name}`));
    writeFileSync(join(folder, `directory-${name}`, 'inside'), name);
    chmodSync(join(folder, `directory-${name}`), mode);
  }
}

function owners(folder: string): void {
  for (const [uid, gid] of [[0, 0], [0, 42], [1000, 1000], [65_534, 65_534], [70_000, 80_000], [4_294_967_294, 4_294_967_293]] as const) {
    const path = join(folder, `${uid}-${gid}`);
    writeFileSync(path, '');
    chownSync(path, uid, gid);
    symlinkSync('target', `${path}-link`);
    lchownSync(`${path}-link`, uid, gid);
    mkdirSync(`${path}-directory`);
    chownSync(`${path}-directory`, uid, gid);
    // Who changes the owner of such a file, or writes to it, takes the bit away.
    writeFileSync(`${path}-setuid`, 'program');
    chownSync(`${path}-setuid`, uid, gid);
    chmodSync(`${path}-setuid`, 0o6755);
  }
}

function sizes(folder: string): void {
  for (const size of [0, 1, 59, 60, 61, 156, 511, 4095, 4096, 4097, 16 * KIB, 16 * KIB + 1, 512 * KIB - 1, MIB, 5 * MIB + 3])
    writeFileSync(join(folder, `${size}`), content(size));
}

/** Data at places that are multiples of any block size. */
function holes(folder: string, {huge}: Limits): void {
  const file = (name: string, size: number, ...pieces: [at: number, bytes: Buffer][]) => {
    const fd = openSync(join(folder, name), 'w');
    for (const [position, bytes] of pieces) writeSync(fd, bytes, 0, bytes.length, position);
    closeSync(fd);
    truncateSync(join(folder, name), size);
  };
  const block = content(64 * KIB);
  file('all', 3 * MIB);
  file('start', 3 * MIB, [3 * MIB - block.length, block]);
  file('middle', 3 * MIB, [0, block], [3 * MIB - block.length, block]);
  file('end', 3 * MIB, [0, block]);
  file('odd-end', 3 * MIB + 5, [0, block]);
  file('comb', 8 * MIB, ...Array.from({length: 32}, (_, index) => [index * 256 * KIB, block] as [number, Buffer]));
  const far = huge ? 5 * GIB : 300 * MIB;
  file('far', far, [0, block], [far - 7 * MIB, block]);
  // Zeroes that are written are data, whatever they look like.
  file('zeroes', 256 * KIB, [0, Buffer.alloc(256 * KIB)]);
}

function links(root: string, {symlink}: Limits): void {
  const folder = join(root, 'links');
  const targets: Record<string, string | Buffer> = {
    relative: '../sizes/4096',
    absolute: '/etc/passwd',
    broken: 'nowhere/at/all',
    outside: '../../../../../../etc',
    loop: 'loop',
    'loop-a': 'loop-b',
    'loop-b': 'loop-a',
    directory: '../modes',
    short: 'x',
    'in-the-inode': 'i'.repeat(59),
    'out-of-the-inode': 'o'.repeat(60),
    long: `${'d/'.repeat(500)}${'t'.repeat(symlink - 1000)}`,
    bytes: Buffer.from([0x72, 0xff, 0xfe, 0x0a, 0x20]),
  };
  for (const [name, target] of Object.entries(targets)) symlinkSync(target, join(folder, name));
  writeFileSync(join(folder, 'first'), 'one inode, many names');
  mkdirSync(join(folder, 'below'));
  for (const name of ['second', 'below/third', '../empty-not']) linkSync(join(folder, 'first'), join(folder, name));
  linkSync(join(folder, 'loop'), join(folder, 'loop-too'));
  tool('mkfifo', [join(folder, 'fifo')]);
  linkSync(join(folder, 'fifo'), join(folder, 'below/fifo'));
}

function special(folder: string, {minor}: Limits): void {
  tool('mkfifo', ['-m', '0620', join(folder, 'fifo')]);
  tool('mknod', ['-m', '0666', join(folder, 'null'), 'c', '1', '3']);
  tool('mknod', ['-m', '0640', join(folder, 'high'), 'c', '511', String(minor)]);
  tool('mknod', [join(folder, 'block'), 'b', '259', '70000']);
  chownSync(join(folder, 'block'), 0, 6);
}

/** Not part of makeEverything(): a tar has no place for it. */
export async function makeSocket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.listening`, resolve));
  // The server takes its name away when it ends, but no other one.
  linkSync(`${path}.listening`, path);
  await new Promise((resolve) => server.close(resolve));
}

/** As setfattr takes it; in hexadecimal the longest value would not fit into an argument. */
const encoded = (bytes: Buffer) => `0s${bytes.toString('base64')}`;

function attributes(folder: string, {xattr}: Limits): void {
  const set = (name: string, attribute: string, value: Buffer) =>
    tool('setfattr', ['-h', '-n', attribute, '-v', encoded(value), join(folder, name)]);
  const label = Buffer.from('system_u:object_r:etc_t:s0\0');
  writeFileSync(join(folder, 'file'), 'with attributes');
  mkdirSync(join(folder, 'directory'));
  symlinkSync('file', join(folder, 'link'));
  tool('mkfifo', [join(folder, 'fifo')]);
  for (const name of ['file', 'directory']) {
    set(name, 'user.empty', Buffer.alloc(0));
    set(name, 'user.text', Buffer.from('text/plain; charset=utf-8'));
    set(name, 'user.binary', Buffer.from([0, 1, 0xff, 0x0a, 0x3d, 0, 0]));
    set(name, `user.${'n'.repeat(200)}`, Buffer.from('long name'));
    set(name, 'user.grüße 日本=', Buffer.from('name that is no ASCII'));
  }
  for (const name of ['file', 'directory', 'link', 'fifo']) {
    set(name, 'trusted.overlay.opaque', Buffer.from('y'));
    set(name, 'security.selinux', label);
  }
  writeFileSync(join(folder, 'large'), '');
  set('large', 'user.large', content(xattr));
  writeFileSync(join(folder, 'many'), '');
  for (let index = 0; index < 30; index++) set('many', `user.number.${index}`, content(index + 1));
  for (const [name, capability] of [['program', 'cap_net_raw,cap_net_admin=ep'], ['inheritable', 'cap_chown=i']] as const) {
    writeFileSync(join(folder, name), '#!/bin/sh\n');
    chownSync(join(folder, name), 1000, 1000);
    chmodSync(join(folder, name), 0o4755);
    tool('setcap', [capability, join(folder, name)]);
  }
  // Of a user namespace: version 3 of the attribute.
  writeFileSync(join(folder, 'namespaced'), '');
  tool('setcap', ['-n', '100000', 'cap_net_bind_service=ep', join(folder, 'namespaced')]);
}

function acls(folder: string): void {
  const set = (path: string, ...args: string[]) => tool('setfacl', [...args, join(folder, path)]);
  writeFileSync(join(folder, 'file'), '');
  set('file', '-m', 'u:1000:rw,g:2000:r,u:70000:---,m::rw');
  mkdirSync(join(folder, 'directory'));
  writeFileSync(join(folder, 'directory', 'before'), 'has none');
  chmodSync(join(folder, 'directory', 'before'), 0o666);
  mkdirSync(join(folder, 'directory', 'plain'));
  set('directory', '-m', 'u:1000:rwx,d:u:1001:rwx,d:g:2000:rx,d:o::---');
  // Inherits, in a way that no creation in another order would give again.
  writeFileSync(join(folder, 'directory', 'after'), 'has one');
  mkdirSync(join(folder, 'directory', 'inherited'));
  mkdirSync(join(folder, 'default-only'), 0o700);
  set('default-only', '-d', '-m', 'u:1000:r');
  mkdirSync(join(folder, 'setgid'));
  chownSync(join(folder, 'setgid'), 0, 2000);
  chmodSync(join(folder, 'setgid'), 0o2775);
  mkdirSync(join(folder, 'setgid', 'other'));
  chownSync(join(folder, 'setgid', 'other'), 0, 0);
  chmodSync(join(folder, 'setgid', 'other'), 0o755);
}

function names(folder: string): void {
  const odd: (string | Buffer)[] = [
    ' leading and trailing ',
    '-n',
    'new\nline',
    'tab\tbell\u0007',
    'back\\slash',
    'quote"\'`$(x)',
    'percent%41%zz',
    'star*?[a]',
    'colon:at@p1',
    '...',
    'CON',
    'a.',
    'G',
    'g',
    'é'.normalize('NFC'),
    'é'.normalize('NFD'),
    '日本語',
    '😀',
    'x'.repeat(255),
    'ü'.repeat(127),
    Buffer.from([0xff, 0xfe, 0x80]),
    Buffer.from([0xed, 0xa0, 0x80]),
    '\u001b[31m',
  ];
  for (const name of odd) writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]), name);
  mkdirSync(join(folder, 'deep'));
  // No path of it is longer than the host takes in one call.
  mkdirSync(join(folder, 'deep', ...Array<string>(60).fill('level')), {recursive: true});
}

function times(folder: string): void {
  const dates = [
    '1970-01-01 00:00:00Z',
    '1969-12-31 23:59:59.999999999Z',
    '1902-01-02 03:04:05.000000001Z',
    '2038-01-19 03:14:08.5Z',
    '2107-06-05 04:03:02.987654321Z',
    '2400-02-29 12:00:00.123456789Z',
  ];
  dates.forEach((date, index) => {
    const path = join(folder, `${index}`);
    writeFileSync(path, '');
    symlinkSync('target', `${path}-link`);
    mkdirSync(`${path}-directory`);
    writeFileSync(`${path}-directory/inside`, '');
    for (const suffix of ['', '-link', '-directory']) {
      tool('touch', ['-h', '-m', '-d', date, `${path}${suffix}`]);
      tool('touch', ['-h', '-a', '-d', dates.at(-1 - index)!, `${path}${suffix}`]);
    }
  });
  // An access later than the modification, which a look at the file must not touch.
  tool('touch', ['-d', '2000-01-01 00:00:00.000000007Z', folder]);
}

function flags(folder: string, {flags: letters}: Limits): void {
  const ofDirectories = 'D';
  // What forbids changes, last.
  for (const letter of letters) {
    if (letter !== ofDirectories) {
      writeFileSync(join(folder, `file-${letter}`), 'content');
      tool('chattr', [`+${letter}`, join(folder, `file-${letter}`)]);
    }
    mkdirSync(join(folder, `directory-${letter}`));
    writeFileSync(join(folder, `directory-${letter}`, 'inside'), '');
    tool('chattr', [`+${letter}`, join(folder, `directory-${letter}`)]);
  }
}
