// SPDX-License-Identifier: GPL-2.0-only
// Disk images for the tests of commands and library, filled without mounting anything.
import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {emptyImage, tool} from './tools.ts';

const MIB = 1024 * 1024;
const SECTOR = 512;

/** Whole seconds: mke2fs does not take over more. */
export const TIME = new Date('2001-02-03T04:05:06Z');

export const BIG = Buffer.from(Array.from({length: 3_000_001}, (_, index) => (index * 7919) >> 5));

/** A name that is no UTF-8, and one that would paint a terminal. */
export const RAW_NAME = Buffer.from([0x72, 0x61, 0x77, 0xff]);
export const ESCAPE_NAME = 'esc\u001b[31m';

function inside(root: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), name]);
}

/** Everything that the commands treat in a way of its own. */
export function makeTree(root: string): void {
  const write = (path: string, content: string | Buffer) => writeFileSync(join(root, path), content);
  for (const path of ['etc/ssh', 'home/ann', 'srv', 'boot', 'deep/a/b', 'many', 'odd'])
    mkdirSync(join(root, path), {recursive: true});
  write('etc/hostname', 'host\n');
  write('etc/fstab', 'LABEL=root / ext4 defaults 0 1\n');
  write('etc/os-release', 'NAME=Test\n');
  write('etc/ssh/key', 'secret\n');
  chmodSync(join(root, 'etc/ssh/key'), 0o600);
  write('home/ann/notes', 'notes\n');
  write('boot/initrd.gz', BIG);
  write('.hidden', '');
  write('empty', '');
  write('binary', Buffer.from([0, 0xff, 0xfe]));
  write('sparse', '');
  truncateSync(join(root, 'sparse'), 64 * MIB);
  writeFileSync(inside(root, Buffer.concat([Buffer.from('odd/'), RAW_NAME])), 'raw');
  write(`odd/${ESCAPE_NAME}`, 'escape');
  write('odd/ünï 日本', 'unicode');
  linkSync(join(root, 'etc/hostname'), join(root, 'hard'));
  symlinkSync('etc/hostname', join(root, 'link'));
  symlinkSync('/etc', join(root, 'absolute'));
  symlinkSync('nowhere', join(root, 'broken'));
  symlinkSync('loop', join(root, 'loop'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
  for (let index = 0; index < 1500; index++) write(`many/f${index}`, '');
  utimesSync(join(root, 'etc/hostname'), TIME, TIME);
  lutimesSync(join(root, 'link'), TIME, TIME);
  utimesSync(join(root, 'etc/ssh'), TIME, TIME);
}

export interface TestDisks {
  /** ext4 with the tree, label "root", no partition table. */
  plain: string;
  /** GPT: @p1 vfat "EFI", @p2 the same ext4, @p3 swap, @p4 zeroes. */
  gpt: string;
}

const PARTITIONS = `label: gpt
start=2048, size=16M, type=uefi, name="EFI System"
size=48M, type=linux, name="root"
size=4M, type=swap
size=4M, type=linux
`;

/** Each image is called "disk.img", in a directory of its own. */
export function makeDisks(directory: string): TestDisks {
  const tree = join(directory, 'tree');
  mkdirSync(tree);
  makeTree(tree);
  const plain = join(directory, 'plain', 'disk.img');
  mkdirSync(join(directory, 'plain'));
  emptyImage(plain, 48 * MIB);
  tool('mke2fs', ['-q', '-t', 'ext4', '-L', 'root', '-d', tree, plain]);
  const gpt = join(directory, 'gpt', 'disk.img');
  mkdirSync(join(directory, 'gpt'));
  emptyImage(gpt, 80 * MIB);
  tool('sfdisk', ['-q', gpt], PARTITIONS);
  tool('mkfs.vfat', ['-n', 'EFI', '--offset', '2048', gpt, String((16 * MIB) / 1024)]);
  tool('mcopy', ['-i', `${gpt}@@${2048 * SECTOR}`, join(tree, 'etc/fstab'), '::/fstab']);
  tool('mke2fs', ['-q', '-t', 'ext4', '-L', 'root', '-d', tree, '-E', `offset=${17 * MIB}`, gpt, '48M']);
  const swap = emptyImage(join(directory, 'swap'), 4 * MIB);
  tool('mkswap', [swap]);
  tool('dd', [`if=${swap}`, `of=${gpt}`, 'bs=1M', 'seek=65', 'conv=notrunc']);
  rmSync(tree, {recursive: true});
  rmSync(swap);
  return {plain, gpt};
}
