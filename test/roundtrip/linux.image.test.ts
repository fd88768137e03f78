// SPDX-License-Identifier: GPL-2.0-only
// A tree with everything goes from the host into an image, into a tar, into a second image, and back: nothing of it is
// lost on the way, as programs of others see it. Needs root: only root can make such a tree.
import {chmodSync, chownSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {common, LIMITS, makeEverything, makeSocket} from '../support/attributes.ts';
import {makeFileSystem, unsound} from '../support/judges.ts';
import {kdisk, type Run} from '../support/kdisk.ts';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {differences} from '../support/same-tree.ts';
import {temporaryDirectory, tool} from '../support/tools.ts';

const TYPES = ['ext4', 'xfs', 'btrfs', 'f2fs'] as const;
type Posix = (typeof TYPES)[number];
const missing = noLoopMount('ext4');
const MINUTES = 5 * 60_000;

const silently = ({status, stdout, stderr}: Run) => `${status} ${stdout}${stderr}`;

/** What the host's own driver sees in an image, held against the tree that went in; f2fs is seldom built in. */
function expectWitness(type: Posix, image: string, tree: string, flags: string): void {
  expect(unsound(type, image)).toBe('');
  if (noLoopMount(type)) return;
  // Reading an image must not need its journal.
  using seen = loopMount(type, image, 'ro');
  expect(differences(tree, join(seen.path, 'tree'), {flags, on: type})).toEqual([]);
}

describe.each(TYPES)('%s', (type) => {
  // ext4 of the host is at both ends.
  const limits = common(LIMITS.ext4, LIMITS[type]);

  it('host, image, tar, image, host', {timeout: MINUTES}, ({skip}) => {
    skip(missing !== '', missing);
    const directory = temporaryDirectory();
    using host = loopMount('ext4', makeFileSystem('ext4', join(directory, 'host.img'), 512));
    const tree = join(host.path, 'tree');
    const tar = join(directory, 'tree.tar');
    const [one, two] = ['one.img', 'two.img'].map((name) => makeFileSystem(type, join(directory, name))) as [string, string];
    makeEverything(tree, limits);

    expect(silently(kdisk(['cp', '-a', tree, `${one}:/`]))).toBe('0 ');
    expectWitness(type, one, tree, limits.flags);

    expect(silently(kdisk(['tar', '-c', '-f', tar, `${one}:/tree`], {timeout: MINUTES}))).toBe('0 ');
    expect(unsound(type, one)).toBe('');
    expect(silently(kdisk(['mkdir', `${two}:/tree`]))).toBe('0 ');
    expect(silently(kdisk(['tar', '-x', '-f', tar, `${two}:/tree`], {timeout: MINUTES}))).toBe('0 ');
    expectWitness(type, two, tree, limits.flags);

    const back = join(host.path, 'back');
    expect(silently(kdisk(['cp', '-a', `${two}:/tree`, back]))).toBe('0 ');
    expect(differences(tree, back, limits)).toEqual([]);
  });

  it('a socket, without the tar', async ({skip}) => {
    skip(missing !== '', missing);
    const directory = temporaryDirectory();
    const image = makeFileSystem(type, join(directory, 'disk.img'));
    const from = join(directory, 'from');
    mkdirSync(from);
    await makeSocket(join(from, 'socket'));
    chmodSync(join(from, 'socket'), 0o620);
    chownSync(join(from, 'socket'), 1000, 2000);
    expect(silently(kdisk(['cp', '-a', from, `${image}:/`]))).toBe('0 ');
    expect(unsound(type, image)).toBe('');
    expect(silently(kdisk(['cp', '-a', `${image}:/from`, join(directory, 'to')]))).toBe('0 ');
    const seen = (folder: string) => tool('stat', ['-c', '%F %a %u %g %y', join(directory, folder, 'socket')]);
    expect(seen('to')).toBe(seen('from'));
  });
});
