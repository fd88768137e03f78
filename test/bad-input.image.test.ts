// SPDX-License-Identifier: GPL-2.0-only
// Things that are no image, or a broken one, or not what was asked for: one line that names the thing and says what to
// do next, the exit code of its kind, and an image that is as it was.
import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {sha256} from './support/compare.ts';
import {makeDisks} from './support/disk.ts';
import {kdisk} from './support/kdisk.ts';
import {emptyImage, hasTools, temporaryDirectory, tool} from './support/tools.ts';

const MIB = 1024 * 1024;
const directory = temporaryDirectory();
const {plain, gpt} = makeDisks(directory);
chmodSync(directory, 0o755);

const path = (name: string) => join(directory, name);

function file(name: string, content: string | Buffer): string {
  writeFileSync(path(name), content);
  return path(name);
}

/** A copy of the ext4 image with something written over it. */
function damaged(name: string, at: number, bytes: Buffer): string {
  copyFileSync(plain, path(name));
  const fd = openSync(path(name), 'r+');
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
  return path(name);
}

/** With bit 31 of the incompatible features, which no kernel knows. */
function fromTheFuture(): string {
  copyFileSync(plain, path('feature.img'));
  tool('debugfs', ['-w', '-R', 'set_super_value feature_incompat 0x80000000', path('feature.img')]);
  return path('feature.img');
}

/** The first half of a new file system. */
function half(type: string, size: number, ...options: string[]): string {
  const image = emptyImage(path(`half-${type}.img`), size);
  tool(`mkfs.${type}`, ['-q', ...options, image]);
  truncateSync(image, size / 2);
  return image;
}

function squashfs(): string {
  const tree = path('squash');
  mkdirSync(tree);
  writeFileSync(join(tree, 'x'), Buffer.alloc(MIB, 'x'));
  tool('mksquashfs', [tree, path('half.squashfs'), '-quiet', '-noD', '-noF', '-no-progress']);
  rmSync(tree, {recursive: true});
  truncateSync(path('half.squashfs'), MIB / 2);
  return path('half.squashfs');
}

function fifo(): string {
  execFileSync('mkfifo', [path('fifo')]);
  return path('fifo');
}

/** A fresh copy under a name that would break a line. */
function brokenName(): string {
  copyFileSync(plain, path('new\nline.img'));
  return path('new\nline.img');
}

/** What each is about is the first thing named after "ls" or the like. */
const bad: [what: string, words: () => string[], exitCode: number, message: RegExp, needs?: string][] = [
  ['an empty file', () => ['ls', file('empty.img', '')], 6, /is empty.*copied in full\?$/],
  ['one byte', () => ['ls', file('byte.img', 'x')], 6, /smaller than one sector.*copied in full\?$/],
  ['zeroes', () => ['ls', emptyImage(path('zero.img'), MIB)], 6, /neither a partition table nor.*1048576 bytes; is it all/],
  ['text', () => ['ls', file('text.img', 'not a disk\n'.repeat(1000))], 6, /neither a partition table.*is it all/],
  ['a directory', () => ['ls', directory], 2, /is a directory, not a disk image; .*IMAGE:\/path$/],
  ['a fifo', () => ['ls', fifo()], 2, /fifo is a fifo: a disk image must be a file or block device/],
  ['a terminal', () => ['ls', '/dev/tty'], 2, /is a character device: a disk image must be/],
  ['nothing there', () => ['ls', path('none.img')], 3, /none\.img: no such image$/],
  ['a selector of another tool', () => ['ls', `${gpt}@2`], 3, /it is written @p1/],
  ['a path without a slash', () => ['cat', `${plain}:etc`], 3, /starts with a slash: .*disk\.img:\/etc$/],
  ['a path without a colon', () => ['cat', `${plain}/etc/fstab`], 3, /write .*disk\.img:\/etc\/fstab$/],
  ['a name with a newline', () => ['ls', `${brokenName()}:/no\npe`], 3, /new\\u\{a\}line\.img:\/no\\u\{a\}pe: no such file/],
  ['a missing file', () => ['cat', `${plain}:/etc/nope`], 3, /no such file or directory; see "kdisk ls .*:\/etc"$/],
  ['a directory where a file is due', () => ['cat', `${plain}:/etc`], 2, /"kdisk ls" lists it, "kdisk cp -r" copies it$/],
  ['an image where a file is due', () => ['cat', plain], 2, /disk\.img:\/ is a directory/],
  ['a partition that is not there', () => ['ls', `${gpt}@p9`], 3, /nothing that is @p9; it holds .*@p1:\/ \(vfat "EFI"\)/],
  ['a partition of nothing known', () => ['ls', `${gpt}@p4`], 6, /no known file system in partition 4 .*"kdisk info"/],
  ['swap', () => ['ls', `${gpt}@p3`], 6, /swap space/],
  ['a choice of two', () => ['ls', gpt], 2, /choose one: .*@p1:\/ .*@p2:\/ \(ext4 "root"\)/],
  ['half an ext4', () => ['ls', half('ext4', 48 * MIB)], 4, /the kernel says: EXT4-fs.*cut short: 48 MiB of.*copy it again/],
  ['half an xfs', () => ['ls', half('xfs', 320 * MIB)], 4, /the kernel says: XFS.*cut short: 320 MiB of.*copy it again/, 'mkfs.xfs'],
  ['half a btrfs', () => ['ls', half('btrfs', 128 * MIB)], 4, /the kernel says: BTRFS.*cut short: 128 MiB of.*again/, 'mkfs.btrfs'],
  ['half a squashfs', () => ['ls', squashfs()], 4, /cut short: .*; copy it again/, 'mksquashfs'],
  ['bad group descriptors', () => ['ls', damaged('groups.img', 2048, Buffer.alloc(1024, 0xa5))], 4, /the kernel says: EXT4-fs.*needs repair \(kdisk fsck -y/],
  ['an unknown feature', () => ['ls', fromTheFuture()], 6, /the kernel says: EXT4-fs.*\(80000000\).*does not support; a newer/],
  ['a LUKS header', () => ['ls', file('luks.img', Buffer.concat([Buffer.from('LUKS\xba\xbe\0\x02', 'latin1'), Buffer.alloc(MIB)]))], 4, /is encrypted \(crypto_LUKS\).*cryptsetup/],
  ['qcow2', () => ['ls', file('vm.qcow2', Buffer.concat([Buffer.from('QFI\xfb\0\0\0\x03', 'latin1'), Buffer.alloc(MIB)]))], 6, /holds qcow2.*qemu-img convert -O raw/],
  ['a compressed image', () => ['ls', file('disk.xz', Buffer.concat([Buffer.from('\xfd7zXZ\0', 'latin1'), Buffer.alloc(MIB)]))], 6, /holds xz.*xz -dk/],
];

/** Sound things, used wrongly. */
const misused: [what: string, words: string[], message: RegExp][] = [
  ['no image at all', ['info'], /which image\? name one/],
  ['too little memory', ['ls', '--memory', '1M', plain], /--memory wants/],
  ['an unknown flag', ['ls', '--colour', plain], /--colour.*--help/],
  ['an unknown command', ['mount', plain], /no command "mount"; there are cat, chmod, .* \(kdisk --help\)$/],
  ['a command of another tool', ['get', `${plain}:/etc/fstab`], /no command "get"; what you want may be "kdisk cp"$/],
  ['another one', ['sha256sum', `${plain}:/etc/fstab`], /no command "sha256sum"; what you want may be "kdisk sum"$/],
  ['a command that is a flag elsewhere', ['extract', plain], /may be "kdisk cp -r" or "kdisk tar -c"$/],
  ['a name that all objects have', ['constructor', plain], /no command "constructor"; there are/],
  ['standard input', ['ls', '-'], /must be a file that can be read at any place/],
];

/** What is common to all lines of stderr. */
function expectLine(stderr: string, message: RegExp): void {
  expect(stderr).toMatch(/^kdisk: [^\n]+\n$/);
  expect(stderr.trimEnd()).toMatch(message);
  // Nothing of the program's own inside, and no number where words are due.
  expect(stderr).not.toMatch(/\.[jt]s:\d|at \w+ \(|undefined|\[object|errno/);
}

describe('bad input', () => {
  for (const [what, words, exitCode, message, needs] of bad) {
    it.runIf(!needs || hasTools(needs))(what, async () => {
      const line = words();
      const image = /^[^]*?(?:\.img|\.squashfs|\.qcow2|\.xz)/.exec(line[1]!)?.[0];
      const before = image && existsSync(image) ? await sha256(image) : undefined;
      const {stdout, stderr, status} = kdisk(line);
      expectLine(stderr, message);
      expect([stdout, status]).toEqual(['', exitCode]);
      if (before) expect(await sha256(image!)).toBe(before);
    });
  }

  it.runIf(process.getuid?.() === 0)('an image that may not be read', () => {
    const image = emptyImage(path('private.img'), MIB);
    chmodSync(image, 0o600);
    const {stderr, status} = kdisk(['ls', image], {uid: 65534});
    expectLine(stderr, /private\.img: no permission to read it; get that/);
    expect(status).toBe(7);
  });

  it.runIf(hasTools('cryptsetup'))('a real LUKS image', () => {
    const image = emptyImage(path('real-luks.img'), 20 * MIB);
    const format = ['luksFormat', '-q', '--type=luks2', '--pbkdf=pbkdf2', '--pbkdf-force-iterations=1000', image, '-'];
    tool('cryptsetup', format, 'pw');
    expectLine(kdisk(['ls', image]).stderr, /is encrypted \(crypto_LUKS\)/);
    expect(kdisk(['info', image])).toMatchObject({status: 0, stdout: expect.stringContaining('crypto_LUKS')});
  });
});

describe('wrong use', () => {
  it.each(misused)('%s', (_, words, message) => {
    const {stdout, stderr, status} = kdisk(words);
    expectLine(stderr, message);
    expect([stdout, status]).toEqual(['', 2]);
  });
});

describe('kdisk info of what can be mounted, but is cut short', () => {
  it('says so', () => {
    const image = emptyImage(path('half-fat.img'), 64 * MIB);
    tool('mkfs.vfat', [image]);
    truncateSync(image, 32 * MIB);
    const {stdout, stderr, status} = kdisk(['info', image]);
    expectLine(stderr, /not all of this vfat can be read: it is cut short: 64 MiB of.* in 32 MiB; copy it again/);
    expect(stdout).toMatch(/^@disk +32M +vfat/m);
    expect(status).toBe(1);
  });
});

describe('kdisk info of what cannot be mounted', () => {
  it('shows what it is, with the reason on stderr', () => {
    const image = damaged('info.img', 2048, Buffer.alloc(1024, 0xa5));
    const before = readFileSync(image);
    const {stdout, stderr, status} = kdisk(['info', image]);
    expectLine(stderr, /info\.img: this ext4 cannot be mounted; the kernel says: EXT4-fs/);
    expect(stdout).toMatch(/^@disk +48M +ext4 +root +[0-9a-f-]{36}$/m);
    expect(status).toBe(1);
    expect(readFileSync(image).equals(before)).toBe(true);
  });
});
