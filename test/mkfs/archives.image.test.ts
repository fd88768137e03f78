// SPDX-License-Identifier: GPL-2.0-only
// squashfs and EROFS, which are made in one go with what is in them: all of it is there, and twice in the same bytes.
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {kdisk} from '../support/kdisk.ts';
import {failed, makeFiles, MIB, mkfs, tag} from '../support/new-image.ts';
import {emptyImage, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const directory = temporaryDirectory();
const MINUTES = 5 * 60_000;
const UUID = '01234567-89ab-cdef-0123-456789abcdef';
const tree = join(directory, 'tree');
const FILES = makeFiles(tree, 1000);
const archive = join(directory, 'tree.tar');
tool('tar', ['--format=posix', '--xattrs', '-C', tree, '-cf', archive, '.']);

/** A tool that ends with an error when something is wrong. */
const JUDGES = {
  squashfs: (image: string) => tool('unsquashfs', ['-lln', image]),
  erofs: (image: string) => tool('fsck.erofs', [image]),
};

describe.each(['squashfs', 'erofs'] as const)('%s', (type) => {
  const own = type === 'erofs' ? ['-U', UUID] : [];
  const expectTree = (image: string, name: string) => {
    JUDGES[type](image);
    const back = join(directory, name);
    expect(kdisk(['cp', '-a', `${image}:/`, back]).stderr).toBe('');
    // Both keep whole seconds of some times; an archive by tar has no entry for the root that squashfs would take.
    expect(tool('diff', ['-r', '--no-dereference', tree, back])).toBe('');
    expect(tool('rsync', ['-aHn', '--no-perms', '--omit-dir-times', '--delete', '--modify-window=1', '--itemize-changes', `${tree}/`, `${back}/`])).toBe('');
  };

  it('of a directory', {timeout: MINUTES}, () => {
    const image = join(directory, `${type}.img`);
    const made = mkfs(['-t', type, '--from', tree, '--json', image]);
    expect(made.json()).toMatchObject({type, created: true, size: statSync(image).size, copied: {files: FILES}, problems: []});
    expect(tag(image, 'TYPE')).toBe(type);
    expectTree(image, `${type} directory`);
  });

  it('of an archive', {timeout: MINUTES}, () => {
    const image = join(directory, `${type}-tar.img`);
    expect(failed(mkfs(['-t', type, '--from', '-', image], {input: readFileSync(archive)}))).toBe('');
    expectTree(image, `${type} archive`);
  });

  it('into a file of a size, and not over what is there', {timeout: MINUTES}, () => {
    const image = emptyImage(join(directory, `${type}-there.img`), 200 * MIB);
    expect(failed(mkfs(['-t', type, '--from', tree, image]))).toBe('');
    expect(statSync(image).size).toBe(200 * MIB);
    JUDGES[type](image);
    expect(mkfs(['-t', type, '--from', tree, image]).stderr).toMatch(/holds .*; to make a new file system in its place, add --force/);
  });

  it('twice the same', {timeout: MINUTES}, () => {
    const images = ['one', 'two'].map((name) => {
      const image = join(directory, `${type}-${name}.img`);
      expect(failed(mkfs(['-t', type, ...own, '--timestamp', '1400000000', '--from', tree, image]))).toBe('');
      return image;
    }) as [string, string];
    expect(sha256(images[0])).toBe(sha256(images[1]));
  });

  it('does not stay when it fails', () => {
    const image = join(directory, `${type}-bad.img`);
    const {status, stderr} = mkfs(['-t', type, '--from', '-', image], {input: 'no archive at all\n'.repeat(100)});
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/^kdisk: .*\n$/);
    expect(readdirSync(directory)).not.toContain(`${type}-bad.img`);
  });
});
