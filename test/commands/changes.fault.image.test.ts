// SPDX-License-Identifier: GPL-2.0-only
// Changes that cannot be made: one line that names the thing, the exit code of its kind, and an image whose every byte
// is as it was.
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {changeCase, expectSound, names, see} from '../support/changes.ts';
import {kdisk} from '../support/kdisk.ts';
import {emptyImage, ext4Image, hasTools, isRoot, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1024 * 1024;
const directory = temporaryDirectory();
chmodSync(directory, 0o755);

/** Each changes what is at the path. */
const verbs: Record<string, (path: string) => string[]> = {
  chmod: (path) => ['chmod', '600', path],
  chown: (path) => ['chown', '1:1', path],
  ln: (path) => ['ln', path, ':/other'],
  mv: (path) => ['mv', path, ':/other'],
  rm: (path) => ['rm', path],
  touch: (path) => ['touch', '-c', path],
  truncate: (path) => ['truncate', '-c', '-s', '1', path],
  xattr: (path) => ['xattr', '--set', 'user.a=b', path],
};

/** Each makes something at the path. */
const makers: Record<string, (path: string) => string[]> = {
  ln: (path) => ['ln', ':/etc/fstab', path],
  'ln -s': (path) => ['ln', '-s', 'x', path],
  mkdir: (path) => ['mkdir', path],
  'mkdir -p': (path) => ['mkdir', '-p', path],
  mv: (path) => ['mv', ':/etc/fstab', path],
  touch: (path) => ['touch', path],
  truncate: (path) => ['truncate', '-s', '1', path],
};

const usable = (words: string[], image: string) => [words[0]!, '-i', image, ...words.slice(1)];

function expectRefused(words: string[], image: string, exitCode: number, message: RegExp, uid?: number): void {
  const before = sha256(image);
  const {status, stdout, stderr} = kdisk(words, uid === undefined ? {} : {uid});
  expect(stderr).toMatch(/^kdisk: [^\n]+\n$/);
  expect(stderr.trimEnd()).toMatch(message);
  expect(stderr).not.toMatch(/\.[jt]s:\d|at \w+ \(|undefined|\[object|errno/);
  expect([stdout, status]).toEqual(['', exitCode]);
  expect(sha256(image)).toBe(before);
}

describe.each(Object.entries(verbs))('%s', (name, verb) => {
  const {image} = changeCase();
  const missing: [string, string, number, RegExp][] = [
    ['what is not there', ':/etc/nope', 3, /:\/etc\/nope: no such file or directory/],
    ['what no pattern matches', ':/etc/*.nope', 3, /:\/etc\/\*\.nope: nothing matches/],
  ];

  it.each([
    // With -c these two leave it at that.
    ...(name === 'touch' || name === 'truncate' ? [] : missing),
    ['a path through a file', ':/etc/fstab/x', 3, /:\/etc\/fstab\/x: not a directory/],
    ['a path through a loop of links', ':/srv/loop/x', 3, /:\/srv\/loop\/x: too many levels of symbolic links/],
    ['a name that is too long', `:/etc/${'n'.repeat(256)}`, 3, /n: file name too long/],
    ['an image without a path', 'disk.img', 2, /"disk\.img" is not in an image; \w+ works inside one/],
  ])('of %s', (_, path, exitCode, message) => expectRefused(usable(verb(path), image), image, exitCode, message));
});

describe.each(Object.entries(makers))('%s', (name, maker) => {
  const {image} = changeCase();

  const missing: [string, string, number, RegExp] = [
    'a directory that is not there',
    ':/nope/x',
    3,
    /:\/nope: no such file or directory/,
  ];

  it.each([
    ...(name === 'mkdir -p' ? [] : [missing]),
    ['a path through a file', ':/etc/fstab/x', 3, /not a directory/],
    ['a path through a loop of links', ':/srv/loop/x', 3, /too many levels of symbolic links/],
    ['a name that is too long', `:/etc/${'n'.repeat(256)}`, 3, /n: file name too long/],
  ])('at %s', (_, path, exitCode, message) => expectRefused(usable(maker(path), image), image, exitCode, message));
});

/** Does it while another process holds the lock of flock(1). */
async function locked(image: string, kind: '-s' | '-x', body: () => void): Promise<void> {
  const holder = spawn('flock', ['-n', kind, image, '-c', 'echo locked; read line'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(holder, 'exit');
  try {
    expect(await Promise.race([once(holder.stdout, 'data'), exited])).toEqual([Buffer.from('locked\n')]);
    body();
  } finally {
    holder.stdin.end();
    await exited;
  }
}

const sound: [name: string, words: string[]][] = [
  ...Object.entries(verbs).map(([name, verb]): [string, string[]] => [name, verb(':/home/ann/notes')]),
  ...Object.entries(makers).map(([name, maker]): [string, string[]] => [`${name} of something new`, maker(':/free')]),
];

describe.each(sound)('%s', (_, words) => {
  const {image} = changeCase();
  const line = usable(words, image);

  it('of an image that somebody else reads', () =>
    locked(image, '-s', () => {
      expectRefused(
        line,
        image,
        5,
        /disk\.img is in use by another program \(.*\), and a change needs it alone; stop that first$/,
      );
    }));

  it('with --as-is', () =>
    expectRefused([...line, '--as-is'], image, 2, /--as-is shows an image as it is; leave it out/));

  it('of an image that may only be read', () => {
    chmodSync(image, 0o444);
    expectRefused(line, image, 7, /disk\.img: no permission to write it; get that/, isRoot ? 65534 : undefined);
  });

  it('of an image that is not there', () => {
    const {status, stderr} = kdisk(usable(words, join(directory, 'none.img')));
    expect([stderr, status]).toEqual([expect.stringMatching(/none\.img: no such image$/m), 3]);
  });
});

it('an image that somebody else writes is not even looked at', () => {
  const {image} = changeCase();
  return locked(image, '-x', () => {
    expectRefused(
      ['rm', `${image}:/etc/fstab`],
      image,
      5,
      /disk\.img is in use by another program \(.*\); stop that first$/,
    );
  });
});

describe('a file system that is only read', () => {
  it.runIf(hasTools('mksquashfs'))('squashfs', () => {
    const tree = join(directory, 'tree');
    mkdirSync(tree);
    writeFileSync(join(tree, 'x'), 'x');
    const image = join(directory, 'disk.squashfs');
    tool('mksquashfs', [tree, image, '-quiet', '-no-progress']);
    expectRefused(['rm', `${image}:/x`], image, 6, /disk\.squashfs: the kernel can only read this squashfs$/);
  });

  it('ext4 with a feature that this kernel can only read', () => {
    const image = ext4Image(join(directory, 'future.img'), 8 * MIB);
    tool('debugfs', ['-w', '-R', 'set_super_value feature_ro_compat 0x80000000', image]);
    expectRefused(
      ['mkdir', `${image}:/x`],
      image,
      6,
      /cannot be mounted for writing; the kernel says: EXT4-fs.*80000000/,
    );
  });
});

describe('several file systems', () => {
  const image = emptyImage(join(directory, 'two.img'), 24 * MIB);
  tool('sfdisk', ['-q', image], 'label: gpt\nsize=8M, type=linux\nsize=8M, type=linux\n');
  for (const start of [1, 9]) tool('mke2fs', ['-q', '-t', 'ext4', '-E', `offset=${start * MIB}`, image, '8M']);

  it('are not guessed among', () =>
    expectRefused(['mkdir', `${image}:/x`], image, 2, /two\.img holds 2 file systems; choose one: .*@p1:\/ .*@p2:\/ /));

  it.each([
    ['mv', ['mv']],
    ['ln', ['ln']],
  ])('%s does not go from one to another', (_, words) => {
    expect(kdisk(['touch', `${image}@p1:/x`]).status).toBe(0);
    const line = [...words, '-i', image, '@p1:/x', '@p2:/y'];
    expectRefused(line, image, 1, /@p1:\/x and @p2:\/y are in different file systems; "kdisk cp -a" copies/);
  });
});

describe('no room', () => {
  it('for content: the directory that does not fit is named', () => {
    const image = ext4Image(join(directory, 'full.img'), 2 * MIB);
    const script = Array.from({length: 3000}, (_, index) => `mkdir :/d${index}`).join('\n');
    const commands = join(directory, 'fill');
    writeFileSync(commands, script);
    const {status, stderr} = kdisk(['run', image, commands]);
    expect(stderr).toMatch(
      /^kdisk: .*fill:(\d+): :\/d\d+: no space is left in its file system; .*\nkdisk: stopped at line \1;/,
    );
    // Most of it was done.
    expect(status).toBe(1);
    expectSound(image);
    const line = Number(/fill:(\d+)/.exec(stderr)![1]);
    expect(names(image, '/')[0]).toHaveLength(line - 1);
    expect(kdisk(['mkdir', `${image}:/one-more`])).toMatchObject({status: 7});
  });
});

describe('what the kernel refuses', () => {
  const {image} = changeCase();
  tool('debugfs', ['-w', '-R', 'set_inode_field /etc/fstab flags 0x80010', image]);

  it.each([['rm'], ['chmod', '600'], ['truncate', '-s', '0']])('an immutable file: %s %s %s', (...words) => {
    const {status, stderr} = kdisk([...words.filter(Boolean), `${image}:/etc/fstab`]);
    expect(stderr).toMatch(/^kdisk: .*disk\.img:\/etc\/fstab: not permitted; it may be immutable/);
    expect(status).toBe(1);
    expectSound(image);
    expect(see(image, '/etc/fstab')[0]).toMatchObject({mode: '0644', links: 1, size: 31});
  });

  it.runIf(hasTools('mkfs.vfat'))('things that FAT does not have', () => {
    const fat = emptyImage(join(directory, 'fat.img'), 8 * MIB);
    tool('mkfs.vfat', [fat]);
    expect(kdisk(['touch', `${fat}:/x`]).status).toBe(0);
    for (const words of [
      ['ln', '-s', 'x', `${fat}:/y`],
      ['ln', `${fat}:/x`, `${fat}:/y`],
      ['chown', '5:5', `${fat}:/x`],
      ['xattr', '--set', 'user.a=b', `${fat}:/x`],
    ]) {
      const {status, stderr} = kdisk(words);
      expect([words[0], status, stderr]).toEqual([
        words[0],
        expect.toSatisfy((code) => code === 1 || code === 6),
        expect.stringMatching(/^kdisk: .*fat\.img:\/[xy]: .*its file system (?:may|does) not have such a thing\n$/),
      ]);
    }
    expect(spawnSync('fsck.vfat', ['-n', fat]).status).toBe(0);
  });
});

describe('wrong words', () => {
  const {image} = changeCase();

  it.each([
    ['rm of the root', ['rm', '-r', ':/'], /:\/ is the root of its file system$/],
    ['mv of the root', ['mv', ':/', ':/x'], /:\/ is the root of its file system$/],
    ['rm of "."', ['rm', '-r', ':/etc/..'], /has no name of its own at its end/],
    ['a directory without -r', ['rm', ':/etc'], /is a directory; -r removes it with all that is in it$/],
    ['mv with one path', ['mv', ':/etc'], /where to\? kdisk mv :\/etc DESTINATION$/],
    ['mv to the host', ['mv', ':/etc/fstab', '.'], /"\." is not in an image; mv works inside one/],
    [
      'mv of several to a file',
      ['mv', ':/etc/fstab', ':/etc/group', ':/etc/passwd'],
      /passwd is not a directory, so it cannot take/,
    ],
    ['ln with one path', ['ln', '-s', ':/x'], /which link\? kdisk ln -s :\/x IMAGE:\/link$/],
    [
      'an address in a symbolic link',
      ['ln', '-s', ':/etc/fstab', ':/x'],
      /holds a path inside the image; write \/etc\/fstab$/,
    ],
    ['a mode', ['chmod', 'u+q', ':/etc'], /"u\+q" is not a mode; such are 755/],
    ['a mode of mkdir', ['mkdir', '-m', '9', ':/x'], /"9" is not a mode/],
    ['an owner', ['chown', 'a:b:c', ':/etc'], /"a:b:c" is no owner; such are 1000/],
    [
      'a user that the image does not know',
      ['chown', 'bob', ':/etc'],
      /no user "bob" in \/etc\/passwd; a number needs no name$/,
    ],
    ['a group that the image does not know', ['chown', ':bob', ':/etc'], /no group "bob" in \/etc\/group/],
    ['a user without a number', ['chown', 'odd', ':/etc'], /no user "odd"/],
    ['an id that is too large', ['chown', '4294967295', ':/etc'], /ids go up to 4294967294$/],
    ['a date', ['touch', '-d', 'yesterday', ':/etc'], /"yesterday" is not a date; such are 2026-01-31/],
    ['two times', ['touch', '-d', 'now', '-r', ':/etc', ':/etc'], /--date and --reference both say/],
    ['a size', ['truncate', '-s', '5x', ':/etc/fstab'], /"5x" is not a size; such are 0, 64K/],
    ['no size', ['truncate', ':/etc/fstab'], /size/],
    ['a size for a directory', ['truncate', '-s', '5', ':/etc'], /:\/etc is a directory$/],
    ['an attribute without a value', ['xattr', '--set', 'user.a', ':/etc'], /gives no value; write --set NAME=VALUE$/],
    [
      'an attribute without a namespace',
      ['xattr', '--set', 'a=b', ':/etc'],
      /"a" is no name of an attribute; they begin with user\./,
    ],
    ['odd hexadecimal', ['xattr', '--set', 'user.a=0x1', ':/etc'], /is not hexadecimal: two digits/],
    ['bad base64', ['xattr', '--set', 'user.a=0s!', ':/etc'], /is not base64$/],
    ['--raw of everything', ['xattr', '--raw', ':/etc'], /--raw is about one attribute/],
    ['a change and a look', ['xattr', '-n', 'user.a', '--remove', 'user.a', ':/etc'], /one at a time$/],
    ['no target', ['rm'], /TARGET is missing; see "kdisk rm --help"$/],
  ])('%s', (_, words, message) => expectRefused(usable(words, image), image, 2, message));
});
