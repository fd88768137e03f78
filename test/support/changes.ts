// SPDX-License-Identifier: GPL-2.0-only
// For the tests of commands that change an image: a small image, the same tree on the host for the tools that the
// commands are named after, and the view of e2fsprogs of what became of it.
import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import {utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ext4Image, temporaryDirectory, tool, toolEnvironment} from './tools.ts';

const MIB = 1024 * 1024;
const OLD = new Date('2001-02-03T04:05:06Z');

const top = temporaryDirectory();
chmodSync(top, 0o755);
const pristine = join(top, 'tree');

function makeTree(): void {
  const write = (path: string, content: string) => writeFileSync(join(pristine, path), content);
  for (const path of ['etc/ssh', 'home/ann/deep/er', 'srv/empty', 'srv/full'])
    mkdirSync(join(pristine, path), {recursive: true});
  write('etc/hostname', 'host\n');
  write('etc/fstab', 'LABEL=root / ext4 defaults 0 1\n');
  write('etc/passwd', 'root:x:0:0::/root:/bin/sh\nann:x:1000:1001::/home/ann:/bin/sh\nodd:x:y:z\n');
  write('etc/group', 'root:x:0:\nstaff:x:50:ann\n');
  write('etc/ssh/key', 'secret\n');
  chmodSync(join(pristine, 'etc/ssh/key'), 0o600);
  write('home/ann/notes', 'notes\n');
  write('home/ann/deep/er/x', 'x');
  write('home/ann/two words', 'two\n');
  write('srv/full/a.gz', 'a');
  write('srv/full/b.gz', 'b');
  write('srv/full/c', 'c');
  linkSync(join(pristine, 'etc/hostname'), join(pristine, 'etc/hard'));
  symlinkSync('hostname', join(pristine, 'etc/link'));
  symlinkSync('../home/ann', join(pristine, 'srv/ann'));
  symlinkSync('nowhere', join(pristine, 'srv/broken'));
  symlinkSync('loop', join(pristine, 'srv/loop'));
  utimesSync(join(pristine, 'etc/hostname'), OLD, OLD);
}

/** An image with the tree, and another copy of it on the host. */
export function changeCase(): {image: string; host: string} {
  if (!existsSync(pristine)) {
    mkdirSync(pristine);
    makeTree();
    ext4Image(`${pristine}.img`, 16 * MIB, pristine);
  }
  const directory = mkdtempSync(join(top, 'case-'));
  chmodSync(directory, 0o755);
  const host = join(directory, 'host');
  execFileSync('cp', ['-a', pristine, host]);
  const image = join(directory, 'disk.img');
  execFileSync('cp', ['--sparse=always', `${pristine}.img`, image]);
  return {image, host};
}

/** Throws with what e2fsck found. */
export function expectSound(image: string): void {
  tool('e2fsck', ['-fn', image]);
}

/** What e2fsprogs sees of an inode. */
export interface Seen {
  type: string;
  /** "0644" */
  mode: string;
  uid: number;
  gid: number;
  size: number;
  links: number;
  inode: number;
  /** Seconds and nanoseconds, "12.000000345". */
  atime: string;
  mtime: string;
  /** Of a symbolic link. */
  target: string | undefined;
  /** As debugfs quotes them. */
  attributes: string[];
}

const field = (text: string, form: RegExp) => form.exec(text)?.[1] ?? '';

/** 34 bits of seconds, 30 of nanoseconds (Documentation/filesystems/ext4, "Inode Timestamps"). */
function time(text: string, name: string): string {
  const [, seconds, extra] = new RegExp(`${name}: 0x([0-9a-f]+):([0-9a-f]+)`).exec(text) ?? [];
  const more = Number.parseInt(extra!, 16);
  const whole = (Number.parseInt(seconds!, 16) | 0) + (more & 3) * 2 ** 32;
  return `${whole}.${String(more >>> 2).padStart(9, '0')}`;
}

function parse(text: string): Seen | undefined {
  if (!text.includes('Inode: ')) return undefined;
  return {
    type: field(text, /Type: (\w+(?: \w+)?)\s/),
    mode: Number.parseInt(field(text, /Mode: +(\d+)/), 8)
      .toString(8)
      .padStart(4, '0'),
    // With a sign, which they do not have.
    uid: Number(field(text, /User: +(-?\d+)/)) >>> 0,
    gid: Number(field(text, /Group: +(-?\d+)/)) >>> 0,
    size: Number(field(text, /Size: (\d+)/)),
    links: Number(field(text, /Links: (\d+)/)),
    inode: Number(field(text, /Inode: (\d+)/)),
    atime: time(text, 'atime'),
    mtime: time(text, 'mtime'),
    target: /Fast link dest: "(.*)"/.exec(text)?.[1],
    attributes: [...text.matchAll(/^  (\S+ \(\d+\).*)$/gm)].map((found) => found[1]!),
  };
}

/** What debugfs says to each of its commands. */
function ask(image: string, commands: string[]): string[] {
  const input = commands.map((command) => `${command}\n`).join('');
  const output = execFileSync('debugfs', ['-f', '-', image], {
    input,
    env: toolEnvironment,
    encoding: 'utf8',
    stdio: 'pipe',
  });
  return output.split(/^debugfs: (?:stat|ls) /m).slice(1);
}

/** Undefined for what is not there. */
export function see(image: string, ...paths: string[]): (Seen | undefined)[] {
  return ask(
    image,
    paths.map((path) => `stat "${path}"`),
  ).map(parse);
}

/** What is in each directory. */
export function names(image: string, ...directories: string[]): string[][] {
  return ask(
    image,
    directories.map((path) => `ls -p "${path}"`),
  ).map((text) => {
    const all = text
      .split('\n')
      .filter((line) => line.startsWith('/'))
      .map((line) => line.split('/')[5]!);
    return all.filter((name) => !['.', '..', 'lost+found'].includes(name)).sort();
  });
}

const TYPES: Record<string, string> = {'0': '?', '4': 'directory', '8': 'regular', '10': 'symlink'};

/** All of a tree: type, permission bits, links, size or link target of each path. */
type Summary = Record<string, string>;

export function summaryOfHost(root: string): Summary {
  const all: Summary = {};
  const visit = (path: string) => {
    const stats = lstatSync(join(root, path));
    const type = TYPES[String((stats.mode & 0o170000) >> 12)]!;
    const target = type === 'symlink' ? readlinkSync(join(root, path)) : undefined;
    all[path] = line(type, stats.mode & 0o7777, stats.nlink, stats.size, target);
    if (type === 'directory') for (const name of readdirSync(join(root, path))) visit(`${path}/${name}`);
  };
  for (const name of readdirSync(root)) visit(`/${name}`);
  return all;
}

function line(type: string, mode: number, links: number, size: number, target: string | undefined): string {
  const bits = mode.toString(8).padStart(4, '0');
  if (type === 'directory') return `directory ${bits}`;
  return target === undefined ? `${type} ${bits} ${links} ${size}` : `symlink ${target}`;
}

export function summaryOfImage(image: string): Summary {
  const all: Summary = {};
  for (let directories = ['']; directories.length > 0;) {
    const inside = names(image, ...directories.map((path) => path || '/'));
    const paths = inside.flatMap((each, index) => each.map((name) => `${directories[index]}/${name}`));
    const seen = see(image, ...paths).map((found) => found!);
    seen.forEach(({type, mode, links, size, target}, index) => {
      all[paths[index]!] = line(type, Number.parseInt(mode, 8), links, size, target);
    });
    directories = paths.filter((_, index) => seen[index]!.type === 'directory');
  }
  return all;
}
