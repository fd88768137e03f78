// SPDX-License-Identifier: GPL-2.0-only
// Trees and archives that become file systems: nothing of them is lost, as the host's kernel or kdisk's own copy sees it.
import {chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {common, LIMITS, makeEverything} from '../support/attributes.ts';
import {makeFileSystem, unsound} from '../support/judges.ts';
import {kdisk} from '../support/kdisk.ts';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {failed, judgeOf, makeFiles, makePlainFiles, MIB, mkfs, SIZES, tag, type Writable} from '../support/new-image.ts';
import {differences} from '../support/same-tree.ts';
import {isRoot, temporaryDirectory, tool} from '../support/tools.ts';

const directory = temporaryDirectory();
const MINUTES = 5 * 60_000;
const FILES = 10_000;

const tree = join(directory, 'tree');
makeFiles(tree, FILES);
const POSIX = ['ext2', 'ext3', 'ext4', 'btrfs', 'xfs', 'f2fs'] as const;

/** The tree as it comes out of an image again. */
function comesBack(image: string, name: string, how = '-a'): string {
  const back = join(directory, name);
  expect(kdisk(['cp', how, '--exclude', 'lost+found', `${image}:/`, back], {timeout: MINUTES}).stderr).toBe('');
  return back;
}

describe.each(POSIX)(`${FILES} files in %s`, (type) => {
  const image = join(directory, `many-${type}.img`);

  it('are all there, with their attributes', {timeout: MINUTES}, () => {
    const made = mkfs(['-t', type, '--from', tree, '--json', image]);
    expect(made.json()).toMatchObject({type, created: true, copied: {files: FILES + 1, hardLinks: 1, links: 1}, problems: [], lost: []});
    expect(unsound(judgeOf(type), image)).toBe('');
    expect(tool('rsync', ['-aHAXSn', '--delete', '--itemize-changes', `${tree}/`, `${comesBack(image, `back-${type}`)}/`])).toBe('');
  });

  it('are so for the host', {timeout: MINUTES}, ({skip}) => {
    const missing = noLoopMount(type);
    skip(missing !== '', missing);
    using seen = loopMount(type, image, 'ro');
    const found = tool('rsync', ['-aHAXSn', '--delete', '--exclude=/lost+found', '--itemize-changes', `${tree}/`, `${seen.path}/`]);
    expect(found).toBe('');
    expect(statSync(seen.path).mtimeMs).toBe(statSync(tree).mtimeMs);
  });
});

describe.each(['vfat', 'exfat', 'ntfs'] as const)('%s', (type) => {
  it('takes names and contents', {timeout: MINUTES}, () => {
    const [plain, image] = [join(directory, `plain-${type}`), join(directory, `plain-${type}.img`)];
    makePlainFiles(plain, 700);
    const {status, stdout} = mkfs(['-t', type, '--from', plain, image]);
    expect([status, stdout]).toEqual([0, expect.stringContaining('700 files, 2 directories')]);
    expect(unsound(type, image)).toBe('');
    expect(tool('diff', ['-r', plain, comesBack(image, `plain-back-${type}`, '-r')])).toBe('');
  });

  it('refuses names that only case tells apart', () => {
    const [both, image] = [join(directory, `both-${type}`), join(directory, `both-${type}.img`)];
    mkdirSync(both);
    for (const name of ['Makefile', 'makefile']) writeFileSync(join(both, name), name);
    const {status, stderr} = mkfs(['-t', type, '--from', both, image]);
    expect([status, readdirSync(directory).includes(`both-${type}.img`)]).toEqual([2, false]);
    expect(stderr).toMatch(/does not tell .*akefile from .*akefile; nothing was made/);
  });
});

describe('a tree with everything', () => {
  it.for(['ext4', 'xfs', 'btrfs', 'f2fs'] as const)('in %s', {timeout: MINUTES}, (type, {skip}) => {
    const missing = noLoopMount('ext4');
    skip(missing !== '', missing);
    const limits = common(LIMITS.ext4, LIMITS[type]);
    using host = loopMount('ext4', makeFileSystem('ext4', join(directory, `host-${type}.img`), 512));
    const everything = join(host.path, 'tree');
    makeEverything(everything, limits);
    chmodSync(everything, 0o1751);
    chownSync(everything, 12, 34);
    const image = join(directory, `everything-${type}.img`);
    // Long links and attributes want blocks of their size.
    const native = {ext4: ['--block-size', '4K', '--', '-O', 'ea_inode'], f2fs: ['--', '-O', 'extra_attr,inode_crtime,flexible_inline_xattr,compression'], xfs: [], btrfs: []};
    expect(failed(mkfs(['-t', type, '--size', type === 'xfs' ? '320M' : '256M', '--from', everything, image, ...native[type]]))).toBe('');
    expect(unsound(type, image)).toBe('');
    const back = join(host.path, 'back');
    expect(kdisk(['cp', '-a', '--exclude', 'lost+found', `${image}:/`, back], {timeout: MINUTES}).stderr).toBe('');
    expect(differences(everything, back, limits)).toEqual([]);
  });
});

describe('a tar archive', () => {
  const archive = join(directory, 'odd.tar');
  // Made by a program that is not ours, of entries that only root could unpack.
  const listing = [
    '#mtree',
    './dir type=dir mode=0751 uid=1000 gid=2000 time=1234567890.0',
    './dir/file type=file mode=4755 uid=12345 gid=54321 time=1000000000.0 contents=/etc/hostname',
    './dir/disk type=block device=native,8,1 mode=0660 uid=0 gid=6 time=1000000000.0',
    './null type=char device=native,1,3 mode=0666 uid=0 gid=0 time=1000000000.0',
    './pipe type=fifo mode=0600 uid=7 gid=8 time=1000000000.0',
    './link type=link link=dir/file mode=0777 uid=9 gid=10 time=1000000000.0',
  ].join('\n');
  writeFileSync(join(directory, 'listing'), `${listing}\n`);
  tool('bsdtar', ['--format=pax', '-cf', archive, `@${join(directory, 'listing')}`]);

  /** An ordinary user, where the tests run as root. */
  const user = isRoot ? {uid: 65534, gid: 65534} : {};

  it.each(['ext4', 'xfs', 'btrfs'] as const)('in %s, with owners and devices, by an ordinary user', (type) => {
    const folder = join(directory, `user-${type}`);
    mkdirSync(folder);
    if (isRoot) chownSync(folder, 65534, 65534);
    chmodSync(directory, 0o755);
    const image = join(folder, 'disk.img');
    const made = mkfs(['-t', type, '--size', `${SIZES[type]}M`, '--from', '-', image], {...user, input: readFileSync(archive)});
    expect(failed(made)).toBe('');
    expect(kdisk(['cat', `${image}:/dir/file`]).stdout).toBe(readFileSync('/etc/hostname', 'utf8'));
    const list = kdisk(['ls', '-l', `${image}:/`, `${image}:/dir`]).stdout;
    expect(list).toMatch(/^drwxr-x--x .* 1000 +2000 /m);
    expect(list).toMatch(/^-rwsr-xr-x .* 12345 +54321 /m);
    expect(list).toMatch(/^brw-rw---- .* 0 +6 +8, +1 /m);
    expect(list).toMatch(/^crw-rw-rw- .* 0 +0 +1, +3 /m);
    expect(list).toMatch(/^prw------- .* 7 +8 /m);
    expect(unsound(judgeOf(type as Writable), image)).toBe('');
  });

  it.each([
    ['a file, read twice', '< odd.tar'],
    ['a pipe, kept meanwhile', '< <(cat odd.tar)'],
    ['a compressed file', '< odd.tar.gz'],
    ['a compressed pipe', '< <(gzip -c odd.tar)'],
  ])('with a size of its own choice, from %s', (_, input) => {
    tool('gzip', ['-kf', archive]);
    const image = join(directory, `auto${input.replace(/\W/g, '')}.img`);
    const line = `exec "$0" "$1" mkfs -q -t ext4 --from - "$2" ${input}`;
    tool('bash', ['-c', `cd ${directory}; ${line}`, process.execPath, join(process.cwd(), 'bin/run.js'), image]);
    expect(statSync(image).size).toBeLessThan(4 * MIB);
    expect(kdisk(['ls', `${image}:/dir`]).stdout).toBe('disk  file\n'.replace('  ', '\n'));
    expect(readdirSync(directory).filter((name) => name.endsWith('.tar'))).toEqual(['odd.tar']);
  });

  it('that is cut off makes nothing', () => {
    const image = join(directory, 'cut.img');
    const {status, stderr} = mkfs(['-t', 'ext4', '--size', '16M', '--from', '-', image], {input: readFileSync(archive).subarray(0, 3000)});
    expect(status).toBe(1);
    expect(stderr).toMatch(/the archive is cut off|no end mark/);
    expect(readdirSync(directory)).not.toContain('cut.img');
  });
});

describe('what does not fit', () => {
  it('is told, with what is needed, and a new image goes away', {timeout: MINUTES}, () => {
    const image = join(directory, 'small.img');
    const {status, stderr} = mkfs(['-t', 'ext4', '--size', '16M', '--from', tree, image], {timeout: MINUTES});
    expect(status).toBe(7);
    expect(stderr).toMatch(/does not fit into .*small\.img \(16 MiB\): it needs about [\d.]+ MiB; --size auto finds one/);
    expect(readdirSync(directory)).not.toContain('small.img');
  });

  it('is no matter of inodes: there are as many as it takes', {timeout: MINUTES}, () => {
    const image = join(directory, 'inodes.img');
    expect(failed(mkfs(['-t', 'ext4', '--size', '70M', '--block-size', '1K', '--from', tree, image, '--', '-T', 'largefile']))).toMatch(/options give \d+ inodes/);
    expect(failed(mkfs(['-t', 'ext4', '--size', '100M', '--block-size', '4K', '--from', tree, image]))).toBe('');
    expect(tag(image, 'TYPE')).toBe('ext4');
    expect(unsound('ext4', image)).toBe('');
  });

  it('a source that cannot be read in full: the rest is there, and the exit code tells', ({skip}) => {
    skip(!isRoot, 'needs root, to become another user');
    const secret = join(directory, 'secret');
    mkdirSync(secret);
    for (const name of ['one', 'two']) writeFileSync(join(secret, name), name);
    chmodSync(join(secret, 'one'), 0o600);
    const folder = join(directory, 'user-secret');
    mkdirSync(folder);
    chownSync(folder, 65534, 65534);
    const image = join(folder, 'disk.img');
    const {status, stderr} = mkfs(['-t', 'ext4', '--size', '8M', '--from', secret, image], {uid: 65534, gid: 65534});
    expect(status).toBe(1);
    expect(stderr).toMatch(/secret\/one: .*permission/i);
    expect(kdisk(['ls', `${image}:/`]).stdout).toContain('two');
  });
});
