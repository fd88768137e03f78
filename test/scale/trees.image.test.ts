// SPDX-License-Identifier: GPL-2.0-only
// Real trees at their real size, into an image, into another one, and out: the source of the kernel, and a Debian system.
import {execFileSync} from 'node:child_process';
import {realpathSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {LIMITS} from '../support/attributes.ts';
import {debianTree} from '../support/debian-tree.ts';
import {makeFileSystem, unsound} from '../support/judges.ts';
import {kdisk} from '../support/kdisk.ts';
import {differences} from '../support/same-tree.ts';
import {isRoot, temporaryDirectory, tool} from '../support/tools.ts';

const MINUTES = 5 * 60_000;
const timeout = MINUTES;
const done = {status: 0, stderr: ''};

describe('the source of the kernel', () => {
  const source = realpathSync(fileURLToPath(new URL('../../lkl/build/source', import.meta.url)));
  const count = Number(tool('sh', ['-c', 'find "$1" | wc -l', 'sh', source]));

  it('host, ext4, btrfs, host', {timeout}, () => {
    expect(count).toBeGreaterThan(85_000);
    const directory = temporaryDirectory();
    const [one, two] = [makeFileSystem('ext4', join(directory, 'one.img'), 4096), makeFileSystem('btrfs', join(directory, 'two.img'), 4096)];
    const out = join(directory, 'out');
    const archive = isRoot ? '-a' : '-r';
    expect(kdisk(['cp', archive, source, `${one}:/tree`], {timeout})).toMatchObject(done);
    expect(unsound('ext4', one)).toBe('');
    expect(kdisk(['cp', '-a', `${one}:/tree`, `${two}:/`], {timeout})).toMatchObject(done);
    expect(unsound('btrfs', two)).toBe('');
    expect(kdisk(['cp', archive, `${two}:/tree`, out], {timeout})).toMatchObject(done);
    // Contents, links, modes and times of all.
    execFileSync('diff', ['-r', '--no-dereference', source, out]);
    expect(tool('rsync', ['-rlptgoDHn', '--delete', '--itemize-changes', `${source}/`, `${out}/`])).toBe('');
    rmSync(directory, {recursive: true});
  });
});

describe('a Debian system', () => {
  it.each(['ext4', 'xfs'] as const)('host, %s, tar, host', {timeout}, (type) => {
    const tree = debianTree();
    const directory = temporaryDirectory();
    const image = makeFileSystem(type, join(directory, 'disk.img'), 512);
    const tar = join(directory, 'system.tar');
    const out = join(directory, 'out');
    const archive = isRoot ? '-a' : '-r';
    expect(kdisk(['cp', archive, tree, `${image}:/system`], {timeout})).toMatchObject(done);
    expect(unsound(type, image)).toBe('');
    expect(kdisk(['tar', '-c', '-f', tar, `${image}:/system`], {timeout})).toMatchObject(done);
    tool('mkdir', [out]);
    tool('tar', ['-xpf', tar, '-C', out, ...(isRoot ? ['--xattrs', '--xattrs-include=*', '--same-owner'] : [])]);
    // GNU tar gives files the time of access at which it unpacks them.
    if (isRoot) expect(differences(tree, out, {...LIMITS[type], atime: false})).toEqual([]);
    else execFileSync('diff', ['-r', '--no-dereference', tree, out]);
    rmSync(directory, {recursive: true});
  });
});
