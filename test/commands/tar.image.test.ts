// SPDX-License-Identifier: GPL-2.0-only
// kdisk tar, held against GNU tar and bsdtar: what they make of our archives, and what we make of theirs.
import {execFileSync} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, beforeEach, describe, expect, it} from 'vitest';
import type {TarResult} from '../../src/commands/tar.ts';
import {makeTree} from '../support/disk.ts';
import {makeFileSystem, unsound, type Type} from '../support/judges.ts';
import {kdisk} from '../support/kdisk.ts';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {emptyImage, ext4Image, hasTools, isRoot, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1024 * 1024;
const canMount = noLoopMount('ext4') === '' && hasTools('bsdtar', 'getfattr', 'setfattr');
const home = temporaryDirectory();
const tree = join(home, 'tree');
const empty = join(home, 'empty.img');
const full = join(home, 'full.img');

/** GNU tar with everything on. */
const ALL = ['--xattrs', '--xattrs-include=*', '--acls', '--numeric-owner'];

beforeAll(() => {
  mkdirSync(tree);
  makeTree(tree);
  const long = join(tree, 'l'.repeat(200), 'm'.repeat(250));
  mkdirSync(long, {recursive: true});
  writeFileSync(join(long, 'n'.repeat(255)), 'long');
  symlinkSync('s'.repeat(900), join(tree, 'far'));
  if (isRoot) {
    execFileSync('mknod', [join(tree, 'null'), 'c', '1', '3']);
    execFileSync('chown', ['-h', '70000:3000000000', join(tree, 'etc/fstab'), join(tree, 'link')]);
    const set = (name: string, value: string, path: string) => execFileSync('setfattr', ['-h', '-n', name, '-v', value, join(tree, path)]);
    set('trusted.binary', '0x00ff0a3d00', 'binary');
    set('security.capability', '0x0100000200040000000000000000000000000000', 'binary');
    set('security.selinux', '0x73797374656d5f7500', 'etc/fstab');
    set('system.posix_acl_access', '0x0200000001000600ffffffff02000400e803000004000400ffffffff10000600ffffffff20000000ffffffff', 'empty');
  }
  ext4Image(empty, 96 * MIB);
  ext4Image(full, 64 * MIB);
  expect(kdisk(['cp', '-a', `${tree}/.`, `${full}:/`]).stderr).toBe('');
});

let cwd: string;
let image: string;

beforeEach(() => {
  cwd = temporaryDirectory();
  image = join(cwd, 'disk.img');
  cpSync(empty, image);
});

function mounted<T>(type: string, path: string, look: (root: string) => T): T {
  using mount = loopMount(type, path, 'ro');
  return look(mount.path);
}

const compare = (from: string, to: string) =>
  tool('rsync', ['-aHAXSn', '--delete', '--itemize-changes', '--numeric-ids', '--exclude=/lost+found', `${from}/`, to]);

describe.runIf(canMount)('kdisk tar -c', () => {
  it('is unpacked by GNU tar with everything', () => {
    const archive = join(cwd, 'a.tar');
    expect(kdisk(['tar', '-cf', archive, `${full}:/`])).toMatchObject({stderr: '', stdout: '', status: 0});
    const out = join(cwd, 'out');
    mkdirSync(out);
    execFileSync('tar', ['-xpf', archive, ...ALL, '-C', out]);
    expect(mounted('ext4', full, (root) => compare(root, out))).toBe('');
    // 64 MiB of hole are no part of it.
    expect(statSync(archive).size).toBeLessThan(8 * MIB);
    expect(statSync(join(out, 'sparse'))).toMatchObject({size: 64 * MIB, blocks: 0});
  });

  it('is unpacked by bsdtar with everything', () => {
    const archive = kdisk(['tar', '-c', `${full}:/`]).bytes;
    const out = join(cwd, 'out');
    mkdirSync(out);
    const env = {...process.env, LC_ALL: 'C.UTF-8'};
    execFileSync('bsdtar', ['-xpf', '-', '--numeric-owner', '--xattrs', '--acls', '-C', out], {input: archive, env});
    // It does not set the times of the directory that it is in.
    expect(mounted('ext4', full, (root) => compare(root, out)).replace('.d..t...... ./\n', '')).toBe('');
  });

  it('takes several targets, relative to each', () => {
    const archive = kdisk(['tar', '-c', `${full}:/etc/ssh`, `${full}:/etc/f*`, `${full}:/deep`]).bytes;
    const names = execFileSync('tar', ['-t'], {input: archive, encoding: 'utf8'});
    expect(names.trimEnd().split('\n')).toEqual(['./', './key', 'fstab', './', './a/', './a/b/']);
  });

  it.each([['x.tar.gz', []], ['x.tgz', []], ['x', ['-z']]])('compresses %s %s', (name, flags) => {
    const archive = join(cwd, name);
    expect(kdisk(['tar', ...flags, '-c', '-f', archive, `${full}:/etc`]).stderr).toBe('');
    expect(execFileSync('tar', ['-tzf', archive], {encoding: 'utf8'})).toContain('./hostname');
  });

  it('leaves sockets out, and says so', () => {
    cpSync(full, image);
    tool('debugfs', ['-w', '-R', 'set_inode_field fifo mode 0140755', image]);
    const {stderr, status, bytes} = kdisk(['tar', '-c', `${image}:/`]);
    expect(stderr).toMatch(/:\/fifo: left out: a tar archive has no place for a socket/);
    expect(status).toBe(1);
    expect(execFileSync('tar', ['-t'], {input: bytes, encoding: 'utf8'})).not.toContain('./fifo');
  });
});

describe.runIf(canMount)('kdisk tar -x', () => {
  it.each([
    ['GNU tar', ['tar', '--format=posix', ...ALL]],
    ['GNU tar, sparse', ['tar', '--format=posix', '--sparse', ...ALL]],
    ['bsdtar', ['bsdtar', '--format=pax', '--xattrs', '--acls', '--numeric-owner']],
  ])('unpacks what %s made', (_, [program, ...words]) => {
    const archive = join(cwd, 'a.tar');
    execFileSync(program!, [...words, '-cf', archive, '-C', tree, '.'], {env: {...process.env, LC_ALL: 'C.UTF-8'}});
    // Only one of them says that the large file is a hole.
    expect(kdisk(['tar', '-x', '-S', '-f', archive, `${image}:/`])).toMatchObject({stderr: '', stdout: '', status: 0});
    expect(unsound('ext4', image)).toBe('');
    expect(mounted('ext4', image, (root) => compare(tree, root))).toBe('');
    expect(tool('debugfs', ['-R', 'stat /sparse', image])).toMatch(/Blockcount: 0$/m);
  });

  it('makes no holes by itself', () => {
    const zeroes = join(cwd, 'zeroes');
    writeFileSync(zeroes, Buffer.alloc(MIB));
    const archive = execFileSync('tar', ['-C', cwd, '-c', 'zeroes'], {maxBuffer: 4 * MIB});
    kdisk(['tar', '-x', `${image}:/`], {input: archive});
    expect(tool('debugfs', ['-R', 'stat /zeroes', image])).toMatch(/Blockcount: 20(48|50|52)$/m);
    kdisk(['tar', '-x', '--sparse', `${image}:/lost+found`], {input: archive});
    expect(tool('debugfs', ['-R', 'stat /lost+found/zeroes', image])).toMatch(/Blockcount: 0$/m);
  });

  it.each<Type>(['btrfs', 'xfs'])('goes round by %s', (type) => {
    const other = makeFileSystem(type, join(cwd, 'other.img'));
    const archive = join(cwd, 'a.tgz');
    expect(kdisk(['tar', '-cf', archive, `${full}:/`]).status).toBe(0);
    expect(kdisk(['tar', '-xf', archive, `${other}:/`])).toMatchObject({stderr: '', status: 0});
    expect(unsound(type, other)).toBe('');
    const again = kdisk(['tar', '-c', `${other}:/`]).bytes;
    expect(kdisk(['tar', '-x', `${image}:/`], {input: again}).stderr).toBe('');
    expect(unsound('ext4', image)).toBe('');
    expect(mounted('ext4', image, (root) => compare(tree, root))).toBe('');
  });

  it('keeps inode flags', () => {
    cpSync(full, image);
    tool('debugfs', ['-w', '-R', 'set_inode_field etc/fstab flags 0x80050', image]);
    const archive = kdisk(['tar', '-c', `${image}:/etc`]).bytes;
    const other = join(cwd, 'other.img');
    cpSync(empty, other);
    expect(kdisk(['tar', '-x', `${other}:/`], {input: archive}).stderr).toBe('');
    expect(tool('debugfs', ['-R', 'stat /fstab', other])).toContain('Flags: 0x80050');
  });

  it('names what vfat cannot hold', () => {
    const fat = emptyImage(join(cwd, 'fat.img'), 40 * MIB);
    tool('mkfs.vfat', [fat]);
    const archive = execFileSync('tar', ['--format=posix', '-C', tree, '-c', 'etc', 'link', 'hard']);
    const {stderr, status, json} = kdisk(['tar', '-x', '--json', `${fat}:/`], {input: archive});
    expect([stderr, status]).toEqual(['', 1]);
    const {problems, lost} = json<TarResult>();
    expect([...problems, ...lost].map(({message}) => message).join('\n')).toMatch(/link: left out, .* no symbolic links/);
    tool('fsck.vfat', ['-n', fat]);
  });
});

describe('an archive from somewhere', () => {
  const made = (...words: string[]) => execFileSync('tar', ['--format=posix', ...words], {maxBuffer: 16 * MIB});
  const names = (path = '/') => tool('debugfs', ['-R', `ls -p ${path}`, image]);

  it('cannot leave the directory by a link of its own', () => {
    const trap = join(cwd, 'trap');
    mkdirSync(join(trap, 'a'), {recursive: true});
    writeFileSync(join(trap, 'a/evil'), 'evil');
    const second = made('-C', trap, '-c', 'a/evil');
    symlinkSync('/lost+found', join(trap, 'b'));
    const first = made('-C', trap, '--transform', 's,^b$,a,S', '-c', 'b');
    writeFileSync(join(cwd, 'one.tar'), first);
    writeFileSync(join(cwd, 'two.tar'), second);
    execFileSync('tar', ['-A', '-f', join(cwd, 'one.tar'), join(cwd, 'two.tar')]);
    const {stderr, status} = kdisk(['tar', '-xf', join(cwd, 'one.tar'), `${image}:/`]);
    expect(stderr).toMatch(/a.*(is no directory|no file)/);
    expect(status).toBe(1);
    expect(names('/lost+found')).not.toContain('evil');
    expect(unsound('ext4', image)).toBe('');
  });

  it('cannot name what is outside', () => {
    mkdirSync(join(cwd, 'in'));
    for (const name of ['up', 'abs', 'ok']) writeFileSync(join(cwd, 'in', name), name);
    const archive = made('-P', '-C', join(cwd, 'in'), '--transform', 's,^up$,../up,;s,^abs$,/abs,', '-c', 'up', 'abs', 'ok');
    const {stderr, status} = kdisk(['tar', '-x', `${image}:/lost+found`], {input: archive});
    expect(stderr).toMatch(/\.\.\/up: left out: a name with "\.\."/);
    expect(stderr).toMatch(/the slash in front of names was dropped/);
    expect(status).toBe(1);
    expect(names()).not.toMatch(/\/(up|abs|ok)\//);
    expect(names('/lost+found')).toMatch(/\/abs\/[\s\S]*\/ok\//);
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, 500_000), /cut off/],
    ['cut off between entries', (bytes: Buffer) => bytes.subarray(0, bytes.length - 10240).subarray(0, 3 * 512), /cut off/],
    ['no archive', () => Buffer.alloc(9000, 'text\n'), /this is no tar archive/],
    ['empty', () => Buffer.alloc(0), /cut off/],
    ['cut off and compressed', (bytes: Buffer) => execFileSync('gzip', {input: bytes, maxBuffer: 16 * MIB}).subarray(0, 3000), /cut off/],
    ['damaged and compressed', (bytes: Buffer) => execFileSync('gzip', {input: bytes, maxBuffer: 16 * MIB}).fill(0, 2000, 2500), /damaged/],
    ['compressed by xz', () => Buffer.from('fd377a585a000004', 'hex'), /kdisk has no xz; use the program: xz -dc/],
  ])('that is %s ends in one line', (_, change, message) => {
    const archive = made('-C', tree, '-c', 'boot', 'etc');
    const {stderr, status} = kdisk(['tar', '-x', `${image}:/`], {input: change(archive)});
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(message.source.includes('xz') ? 6 : 1);
    expect(unsound('ext4', image)).toBe('');
  });

  it('that does not fit says so', () => {
    const small = ext4Image(join(cwd, 'small.img'), 2 * MIB);
    const archive = made('-C', tree, '-c', 'etc', 'boot', 'odd');
    const {stderr, status} = kdisk(['tar', '-x', `${small}:/`], {input: archive});
    expect(stderr).toMatch(/boot\/initrd\.gz: no space left, .*small\.img has .* free; nothing else was begun/);
    expect(status).toBe(7);
    expect(unsound('ext4', small)).toBe('');
    expect(tool('debugfs', ['-R', 'cat /etc/hostname', small])).toBe('host\n');
  });
});

describe('kdisk tar', () => {
  it.each([
    ['a listing', ['-t', ':/'], 2, /tar -t does/],
    ['neither', [':/'], 2, /-c makes an archive, kdisk tar -x unpacks one/],
    ['both', ['-c', '-x', ':/'], 2, /-c makes an archive/],
    ['two directories', ['-x', ':/', ':/etc'], 2, /into one directory/],
    ['a directory that is not there', ['-x', ':/none'], 3, /"kdisk mkdir -p" makes it/],
    ['an archive that is not there', ['-x', '-f', 'none.tar', ':/'], 3, /none\.tar: no such file/],
    ['an archive that is a directory', ['-x', '-f', '.', ':/'], 2, /is a directory, not an archive/],
    ['what is not there', ['-c', ':/none'], 3, /none: no such file/],
    ['its own image as the archive', ['-c', '-f', 'disk.img', ':/'], 2, /is the image itself/],
    ['a compression that nobody has', ['-c', '-f', 'x.tar.lz4', ':/'], 6, /kdisk has no lz4/],
    ['JSON among the archive', ['-c', '--json', ':/'], 2, undefined],
    ['a place that cannot be written', ['-c', '-f', 'none/x.tar', ':/'], 3, /none\/x\.tar: no such file/],
  ])('refuses %s', (_, words, exitCode, message) => {
    const before = sha256(image);
    const {stderr, status} = kdisk(['tar', '-i', 'disk.img', ...words], {cwd});
    if (message) expect(stderr).toMatch(message);
    expect(status).toBe(exitCode);
    expect(sha256(image)).toBe(before);
    expect(existsSync(join(cwd, 'x.tar.lz4'))).toBe(false);
  });

  it('removes an archive that it could not finish', () => {
    if (!isRoot) return;
    const small = join(cwd, 'mount');
    mkdirSync(small);
    tool('mount', ['-t', 'tmpfs', '-o', 'size=1M', 'tmpfs', small]);
    try {
      const {stderr, status} = kdisk(['tar', '-cf', join(small, 'x.tar'), `${full}:/`]);
      expect(stderr).toMatch(/x\.tar: no space left/);
      expect(status).toBe(7);
      expect(existsSync(join(small, 'x.tar'))).toBe(false);
    } finally {
      tool('umount', [small]);
    }
  });

  it('counts for programs', () => {
    const archive = join(cwd, 'a.tar');
    const made = kdisk(['tar', '-cf', archive, '--json', `${full}:/etc`]).json<TarResult>();
    expect(made).toEqual({files: 4, directories: 2, links: 0, hardLinks: 0, specials: 0, kept: 0, bytes: 53, problems: [], lost: []});
    expect(kdisk(['tar', '-xf', archive, '--json', `${image}:/`]).json<TarResult>()).toEqual(made);
    expect(readFileSync(archive).length % 512).toBe(0);
  });

  it('reads a file of many gigabytes as holes', () => {
    const large = join(cwd, 'large');
    writeFileSync(large, 'start');
    truncateSync(large, 20 * 1024 * MIB);
    expect(kdisk(['cp', large, `${image}:/`]).stderr).toBe('');
    const {bytes} = kdisk(['tar', '-c', `${image}:/large`]);
    expect(bytes.length).toBeLessThan(MIB);
    const out = join(cwd, 'out');
    mkdirSync(out);
    execFileSync('tar', ['-xf', '-', '-C', out], {input: bytes});
    expect(statSync(join(out, 'large')).size).toBe(20 * 1024 * MIB);
  });
});
