// SPDX-License-Identifier: GPL-2.0-only
// kdisk cp into images, and from one to another. Judges: e2fsck and fsck.vfat for the image, debugfs and, where there is
// root, a loop mount with rsync for what is in it.
import {spawn} from 'node:child_process';
import {chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {beforeAll, beforeEach, describe, expect, it} from 'vitest';
import type {CpResult} from '../../src/commands/cp.ts';
import {BIG, makeTree, RAW_NAME, TIME} from '../support/disk.ts';
import {kdisk} from '../support/kdisk.ts';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {emptyImage, ext4Image, isRoot, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1024 * 1024;
const canMount = noLoopMount('ext4') === '';
const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const home = temporaryDirectory();
const tree = join(home, 'tree');
const emptyExt4 = join(home, 'empty.img');
const fullExt4 = join(home, 'full.img');

beforeAll(() => {
  mkdirSync(tree);
  makeTree(tree);
  ext4Image(emptyExt4, 96 * MIB);
  ext4Image(fullExt4, 64 * MIB, tree);
});

let cwd: string;
let image: string;

beforeEach(() => {
  cwd = temporaryDirectory();
  image = join(cwd, 'disk.img');
  cpSync(emptyExt4, image);
});

/** The verdict of e2fsck; debugfs by itself would show a damaged one too. */
function expectClean(path = image): void {
  expect(tool('e2fsck', ['-fn', path])).toMatch(/^.*: \d+\/\d+ files/m);
}

const debugfs = (command: string, path = image) => tool('debugfs', ['-R', command, path]);

function mounted<T>(path: string, look: (root: string) => T): T {
  using mount = loopMount('ext4', path, 'ro');
  return look(mount.path);
}

/** Differences that rsync sees between a directory and a place in an image. */
function differences(from: string, path: string, inside = ''): string {
  return mounted(path, (root) =>
    tool('rsync', ['-aHAXSn', '--delete', '--itemize-changes', '--numeric-ids', '--exclude=/lost+found', `${from}/`, join(root, inside)]),
  );
}

describe('kdisk cp into an image', () => {
  it('writes a file with its mode and time, which belongs to root', () => {
    const file = join(cwd, 'file');
    writeFileSync(file, 'new\n');
    chmodSync(file, 0o640);
    utimesSync(file, TIME, TIME);
    const {stdout, stderr, status} = kdisk(['cp', file, `${image}:/`]);
    expect([stdout, stderr, status]).toEqual(['', '', 0]);
    expectClean();
    expect(debugfs('cat /file')).toBe('new\n');
    const stat = debugfs('stat /file');
    expect(stat).toMatch(/Mode: +0640/);
    expect(stat).toMatch(/User: +0 +Group: +0 /);
    expect(stat).toContain('mtime: 0x3a7b8372:00000000');
  });

  it.runIf(canMount)('writes a tree with everything', () => {
    expect(kdisk(['cp', '-a', `${tree}/.`, `${image}:/`]).stderr).toBe('');
    expectClean();
    expect(differences(tree, image)).toBe('');
    expect(debugfs('stat /sparse')).toMatch(/Blockcount: 0$/m);
  });

  it('writes a tree without owners', () => {
    expect(kdisk(['cp', '-r', tree, `${image}:/new`]).status).toBe(0);
    expectClean();
    expect(debugfs('cat /new/etc/fstab')).toContain('LABEL=root');
    expect(debugfs('stat /new/link')).toContain('Fast link dest: "etc/hostname"');
    expect(debugfs('ls -p /new/odd').includes('/escape') || debugfs('ls -p /new/odd').includes('esc')).toBe(true);
  });

  it('gives owners as told', () => {
    expect(kdisk(['cp', '-r', '--owner', '1000:100', join(tree, 'etc'), `${image}:/`]).status).toBe(0);
    expect(debugfs('stat /etc/ssh/key')).toMatch(/User: +1000 +Group: +100 /);
    const uid = process.getuid!();
    const gid = process.getgid!();
    expect(kdisk(['cp', '-r', '--map-uid', `${uid}:70000`, '--map-gid', `${gid}:5:1`, join(tree, 'etc/ssh'), `${image}:/`]).status).toBe(0);
    expect(debugfs('stat /ssh/key')).toMatch(/User: 70000 +Group: +5 /);
    expectClean();
  });

  it('leaves out and takes in by pattern', () => {
    expect(kdisk(['cp', '-r', '--exclude', 'ssh', '--exclude', 'many/f1*', `${tree}/.`, `${image}:/`]).status).toBe(0);
    expect(debugfs('ls -p /etc')).not.toContain('ssh');
    const many = debugfs('ls -p /many').match(/\/f\d+\//g)!;
    expect(many).toHaveLength(readdirSync(join(tree, 'many')).filter((name) => !name.startsWith('f1')).length);
    expect(kdisk(['cp', '-r', '--include', '*name', join(tree, 'etc'), `${image}:/only`]).status).toBe(0);
    expect(debugfs('ls -p /only')).toContain('/hostname/');
    expect(debugfs('ls -p /only')).not.toContain('fstab');
  });

  it('replaces, keeps or updates files that exist', () => {
    const [old, new_] = [join(cwd, 'old'), join(cwd, 'new')];
    writeFileSync(old, 'old');
    writeFileSync(new_, 'newer');
    utimesSync(old, new Date(1e12), new Date(1e12));
    utimesSync(new_, new Date(1.5e12), new Date(1.5e12));
    const content = () => debugfs('cat /f');
    kdisk(['cp', new_, `${image}:/f`]);
    expect(kdisk(['cp', '-n', old, `${image}:/f`, '--json']).json<CpResult>()).toMatchObject({files: 0, kept: 1});
    expect(content()).toBe('newer');
    expect(kdisk(['cp', '--update', old, `${image}:/f`]).status).toBe(0);
    expect(content()).toBe('newer');
    kdisk(['cp', old, `${image}:/f`]);
    expect(content()).toBe('old');
    expect(kdisk(['cp', '-u', new_, `${image}:/f`]).status).toBe(0);
    expect(content()).toBe('newer');
    expectClean();
  });

  it('never writes through a link that is in the way', () => {
    const links = join(cwd, 'links');
    mkdirSync(links);
    writeFileSync(join(links, 'victim'), 'safe');
    symlinkSync('victim', join(links, 'file'));
    kdisk(['cp', '-r', `${links}/.`, `${image}:/`]);
    writeFileSync(join(cwd, 'file'), 'new');
    expect(kdisk(['cp', join(cwd, 'file'), `${image}:/`]).status).toBe(0);
    expect(debugfs('cat /victim')).toBe('safe');
    expect(debugfs('cat /file')).toBe('new');
  });

  it.each([
    ['a directory that is not there', ['tree/empty', ':/none/x'], 3, /there is no directory/],
    ['a directory as a file', ['tree/empty', ':/lost+found/none/'], 3, /no existing directory/],
    ['a tree over a file', ['-r', 'tree/etc', ':/f'], 2, /which is not one/],
    ['itself', ['-r', '.', ':/'], 1, /disk\.img: left out, it is the image/],
    ['its image', ['disk.img', ':/'], 2, /cannot be copied into itself/],
    ['what is not there', ['none', ':/'], 3, /none: no such file/],
  ])('refuses %s', (_, words, exitCode, message) => {
    writeFileSync(join(cwd, 'one'), '1');
    kdisk(['cp', join(cwd, 'one'), `${image}:/f`]);
    if (!existsSync(join(cwd, 'tree'))) symlinkSync(tree, join(cwd, 'tree'));
    const before = sha256(image);
    const {stderr, status} = kdisk(['cp', '-i', 'disk.img', ...words], {cwd});
    expect(stderr).toMatch(message);
    expect(status).toBe(exitCode);
    if (exitCode !== 1) expect(sha256(image)).toBe(before);
    expectClean();
  });

  it('says what it would do, and does not', () => {
    const before = sha256(image);
    const {stdout, status} = kdisk(['cp', '-r', '--dry-run', join(tree, 'etc'), `${image}:/x`]);
    expect(status).toBe(0);
    expect(stdout.split('\n').sort()).toEqual(
      [
        `would copy ${tree}/etc -> ${image}:/x`,
        `would copy ${tree}/etc/fstab -> ${image}:/x/fstab`,
        `would copy ${tree}/etc/hostname -> ${image}:/x/hostname`,
        `would copy ${tree}/etc/os-release -> ${image}:/x/os-release`,
        `would copy ${tree}/etc/ssh -> ${image}:/x/ssh`,
        `would copy ${tree}/etc/ssh/key -> ${image}:/x/ssh/key`,
        'would copy 4 files, 2 directories, 53 bytes',
        '',
      ].sort(),
    );
    expect(sha256(image)).toBe(before);
  });

  it('stops when the image is full, and says so', () => {
    const small = ext4Image(join(cwd, 'small.img'), 4 * MIB);
    const [fits, large] = [join(cwd, 'a-fits'), join(cwd, 'b-large')];
    writeFileSync(fits, 'fits');
    writeFileSync(large, Buffer.alloc(8 * MIB, 'x'));
    const {stderr, status} = kdisk(['cp', fits, large, fits.replace('a-fits', 'b-large'), `${small}:/`].slice(0, 3).concat(`${small}:/`));
    expect(stderr).toMatch(/b-large: no space left, .*small\.img has .* free; nothing else was begun/);
    expect(status).toBe(7);
    expectClean(small);
    expect(debugfs('cat /a-fits', small)).toBe('fits');
    expect(debugfs('ls -p /', small)).not.toContain('b-large');
  });

  it('tells events to programs', () => {
    const {stdout, status} = kdisk(['cp', '-r', '--json', '--events', tree, `${image}:/`]);
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as CpResult);
    expect(lines.at(-1)).toMatchObject({event: 'result', problems: []});
    expect(lines.slice(0, -1).every(({event}) => (event as string) === 'progress')).toBe(true);
    expect(lines.length).toBeGreaterThan(1);
  });
});

describe('kdisk cp between images', () => {
  it.runIf(canMount)('copies a whole file system', () => {
    expect(kdisk(['cp', '-a', `${fullExt4}:/`, `${image}:/`]).stderr).toBe('');
    expectClean();
    expect(mounted(fullExt4, (root) => differences(root, image))).toBe('');
  });

  it('copies within one', () => {
    cpSync(fullExt4, image);
    expect(kdisk(['cp', '-r', `${image}:/etc`, `${image}:/boot`, `${image}:/srv`]).status).toBe(0);
    expect(debugfs('cat /srv/etc/hostname')).toBe('host\n');
    expect(debugfs('ls -p /srv/boot')).toContain('initrd.gz');
    expectClean();
  });

  it('copies from several and the host at once, patterns expanded', () => {
    const {stderr, status} = kdisk(['cp', `${fullExt4}:/etc/*s*`, join(tree, 'binary'), `${fullExt4}:/boot/*.gz`, '-t', `${image}:/`]);
    expect(stderr).toMatch(/etc\/ssh is a directory/);
    expect(status).toBe(1);
    const names = debugfs('ls -p /');
    for (const name of ['fstab', 'hostname', 'os-release', 'binary', 'initrd.gz']) expect(names).toContain(`/${name}/`);
    expectClean();
  });

  it.each([
    ['a file to itself', [':/etc/hostname', ':/etc/hostname'], /are the same file/],
    ['a file to its other name', [':/etc/hostname', ':/hard'], /are the same file/],
    ['a directory into itself', ['-r', ':/etc', ':/etc/ssh'], /into itself/],
    ['a directory into itself by a link', ['-r', ':/etc', ':/absolute/new'], /into itself/],
    ['the root into itself', ['-r', ':/', ':/srv'], /into itself/],
  ])('refuses %s', (_, words, message) => {
    cpSync(fullExt4, image);
    const before = sha256(image);
    const {stderr, status} = kdisk(['cp', '-i', image, ...words]);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
    expect(sha256(image)).toBe(before);
  });
});

describe('kdisk cp to vfat', () => {
  let fat: string;
  beforeEach(() => {
    fat = emptyImage(join(cwd, 'fat.img'), 40 * MIB);
    tool('mkfs.vfat', [fat]);
  });
  const list = () => tool('mdir', ['-i', fat, '-b', '-/', '::/']);

  it('finds names that differ in case only before anything is written', () => {
    const names = join(cwd, 'names');
    mkdirSync(join(names, 'sub'), {recursive: true});
    for (const name of ['README', 'readme', 'sub/ÄÖ', 'sub/äö', 'other']) writeFileSync(join(names, name), name);
    const before = sha256(fat);
    const {stderr, status} = kdisk(['cp', '-r', names, `${fat}:/`]);
    expect(stderr).toMatch(/readme/i);
    expect(stderr).toMatch(/sub: (ÄÖ, äö|äö, ÄÖ)/);
    expect(stderr).toContain('nothing was written');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(1);
    expect(sha256(fat)).toBe(before);
    expect(kdisk(['cp', '-r', '--exclude', 'readme', '--exclude', 'äö', names, `${fat}:/`]).status).toBe(0);
    expect(list()).toContain('README');
    writeFileSync(join(cwd, 'Other'), '');
    expect(kdisk(['cp', join(cwd, 'Other'), `${fat}:/names`]).stderr).toMatch(/other, Other/);
  });

  it('escapes names that it cannot have, and takes that back', () => {
    const names = join(cwd, 'names');
    mkdirSync(names);
    for (const name of ['a:b', 'aux.txt', 'end.', 'per%41', 'plain']) writeFileSync(join(names, name), name);
    expect(kdisk(['cp', '-r', names, `${fat}:/`]).stderr).toBe('');
    tool('fsck.vfat', ['-n', fat]);
    expect(list()).toContain('a%3Ab');
    expect(kdisk(['cp', '-r', '--names', 'windows', `${fat}:/names`, `${image}:/`]).stderr).toBe('');
    const back = debugfs('ls -p /names');
    for (const name of readdirSync(names)) expect(back).toContain(`/${name}/`);
  });

  it('names what it cannot hold', () => {
    const {stderr, status} = kdisk(['cp', '-a', '--exclude', 'sparse', `${tree}/.`, `${fat}:/`]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/link: left out, the file system that is written has no symbolic links/);
    expect(stderr).toMatch(/fifo: left out/);
    tool('fsck.vfat', ['-n', fat]);
    expect(kdisk(['cat', `${fat}:/boot/initrd.gz`]).bytes.equals(BIG)).toBe(true);
  });
});

describe('kdisk cp with a manifest', () => {
  it.runIf(isRoot && canMount)('brings back what an ordinary user could not keep', () => {
    const source = join(cwd, 'full.img');
    cpSync(fullExt4, source);
    const nulls = 'mknod null c 1 3\nset_inode_field etc/fstab uid 1234\nea_set etc/fstab user.note hello\nea_set etc/fstab trusted.note secret\n';
    tool('debugfs', ['-w', '-f', '-', source], nulls);
    chmodSync(source, 0o644);
    chmodSync(image, 0o666);
    for (const path of [home, dirname(cwd), cwd]) chmodSync(path, 0o777);
    const as = {uid: 65534, cwd};
    const plain = kdisk(['cp', '-a', `${source}:/`, 'lossy'], as);
    expect(plain.status).toBe(1);
    expect(plain.stderr).toMatch(/not kept: owner of .*only root can set owners; --manifest FILE keeps them/);
    const {stderr, status} = kdisk(['cp', '-a', '--manifest', 'all.mtree', `${source}:/`, 'out'], as);
    expect([stderr, status]).toEqual(['', 0]);
    expect(readFileSync(join(cwd, 'all.mtree'), 'utf8')).toMatch(/^#mtree/);
    const back = kdisk(['cp', '-a', '--manifest', 'all.mtree', 'out/.', `${image}:/`], as);
    expect([back.stderr, back.status]).toEqual(['', 0]);
    expectClean();
    expect(mounted(source, (root) => differences(root, image))).toBe('');
  });

  it('tells of one tree only', () => {
    const {stderr, status} = kdisk(['cp', '-r', '--manifest', join(cwd, 'm'), `${fullExt4}:/etc`, join(tree, 'etc/ssh'), `${image}:/`]);
    expect(stderr).toMatch(/one file system at a time/);
    expect(status).toBe(2);
  });
});

describe('a copy that is interrupted', () => {
  it('leaves a clean image, and says what is missing', async () => {
    const large = join(cwd, 'large');
    writeFileSync(large, '');
    truncateSync(large, 0);
    const child = spawn(process.execPath, [program, 'cp', '-', `${image}:/large`], {stdio: ['pipe', 'ignore', 'pipe']});
    let stderr = '';
    child.stderr.on('data', (text) => (stderr += text));
    child.stdin.on('error', () => {});
    child.stdin.write(Buffer.alloc(4 * MIB, 'x'));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    child.kill('SIGINT');
    const signal = await new Promise((resolve) => child.on('close', (_, found) => resolve(found)));
    expect(signal).toBe('SIGINT');
    expect(stderr).toBe(`kdisk: interrupted; the copy of standard input to ${image}:/large is not complete\n`);
    expectClean();
    expect(debugfs('ls -p /')).not.toContain('large');
  });
});

describe('streams', () => {
  it('fill a file', () => {
    const {status, stderr} = kdisk(['cp', '-', `${image}:/big`], {input: BIG});
    expect([status, stderr]).toEqual([0, '']);
    expectClean();
    expect(kdisk(['cp', `${image}:/big`, '-']).bytes.equals(BIG)).toBe(true);
    expect(kdisk(['cp', '-', `${image}:/big`], {input: Buffer.from('short')}).status).toBe(0);
    expect(debugfs('cat /big')).toBe('short');
  });

  it.each([
    ['a directory', ':/', 2, /has no name, so give one: .*:\/NAME/],
    ['a directory that is not there', ':/none/x', 3, /no such file/],
  ])('are refused by %s', (_, to, exitCode, message) => {
    const before = sha256(image);
    const {status, stderr} = kdisk(['cp', '-i', image, '-', to], {input: Buffer.from('x')});
    expect(stderr).toMatch(message);
    expect(status).toBe(exitCode);
    if (exitCode === 2) expect(sha256(image)).toBe(before);
  });

  it('carry trees as archives', () => {
    const archive = kdisk(['cp', '-a', `${fullExt4}:/etc`, `${fullExt4}:/odd`, '-']).bytes;
    const {status, stderr} = kdisk(['cp', '-a', '-', `${image}:/new`], {input: archive});
    expect([status, stderr]).toEqual([0, '']);
    expectClean();
    expect(debugfs('cat /new/etc/ssh/key')).toBe('secret\n');
    expect(kdisk(['ls', `${image}:/new/odd`]).bytes.includes(RAW_NAME)).toBe(true);
  });

  it('that are full say so', () => {
    const small = ext4Image(join(cwd, 'small.img'), 2 * MIB);
    const {status, stderr} = kdisk(['cp', '-', `${small}:/x`], {input: Buffer.alloc(4 * MIB, 'x')});
    expect(stderr).toMatch(/cannot write .*small\.img:\/x: no space left, .* free/);
    expect(status).toBe(7);
    expectClean(small);
    expect(debugfs('ls -p /', small)).not.toContain('/x/');
  });
});
