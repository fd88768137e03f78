// SPDX-License-Identifier: GPL-2.0-only
// What --preview shows is what a repair does: every difference of the trees, and what debugfs sees in lost+found.
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {fsck} from '../../src/fsck.ts';
import {open} from '../../src/image.ts';
import {snapshot} from '../../src/tools/fsck/snapshot.ts';
import {copyOf, damagedExt4, smallTree} from '../support/damage.ts';
import {kdisk} from '../support/kdisk.ts';
import {sha256, temporaryDirectory, tool} from '../support/tools.ts';

const directory = temporaryDirectory();
const tree = smallTree(join(directory, 'tree'));
const damaged = damagedExt4(join(directory, 'damaged.img'), tree);

async function paths(image: string): Promise<Map<string, string>> {
  await using opened = await open(image);
  const {rows} = await snapshot(await opened.volume());
  return new Map([...rows].map(([path, {ino, size, nlink}]) => [path, `${ino} ${size} ${nlink}`]));
}

describe('ext4 that lost a directory', () => {
  it('tells of every file that the repair then changes, and of no other', async () => {
    const image = copyOf(damaged, join(directory, 'copy.img'));
    const before = sha256(image);
    const old = await paths(image);
    const {preview, state, written} = await fsck(image, {repair: 'all', preview: true});
    expect([state, written, sha256(image)]).toEqual(['repairable', false, before]);
    expect((await fsck(image, {repair: 'all'})).state).toBe('repaired');
    const now = await paths(image);
    const told = preview!.changes.map(({path, to}) =>
      [path, to].filter((each) => each !== undefined).map((each) => each.toString()),
    );
    const changed = [...new Set([...old.keys(), ...now.keys()])].filter((path) => old.get(path) !== now.get(path));
    expect(changed.length).toBeGreaterThan(20);
    for (const path of changed) expect(told.flat()).toContain(path);
    for (const {kind, path} of preview!.changes) {
      if (kind === 'new') expect(old.has(path.toString())).toBe(false);
      if (kind === 'removed') expect(now.has(path.toString())).toBe(false);
    }
    // By inode number, as the names there are.
    const rescued = tool('debugfs', ['-R', 'ls -p /lost+found', image])
      .split('\n')
      .filter((line) => line.includes('/#'));
    const shown = preview!.changes.filter(({path}) => /^lost\+found\/#\d+$/.test(path.toString()));
    expect(shown.map(({inode}) => String(inode)).sort()).toEqual(rescued.map((line) => line.split('/')[1]!).sort());
  }, 60_000);

  it('is printed, and is JSON', () => {
    const {stdout, status} = kdisk(['fsck', '--preview', damaged]);
    expect(status).toBe(4);
    expect(stdout).toMatch(/^\+ '\/lost\+found\/#\d+' \(file, .*, inode \d+\)$/m);
    expect(stdout).toMatch(/^files: .*; \d+ of them to lost\+found$/m);
    const {preview} = kdisk(['fsck', '--preview', '--json', damaged]).json<{preview: {changes: {path: string}[]}}>();
    expect(preview.changes.some(({path}) => path.startsWith('/lost+found/#'))).toBe(true);
  });
});

it('a directory without a name gets one in lost+found, with what is in it', async () => {
  const image = join(directory, 'moved.img');
  copyOf(damaged, image);
  tool('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', tree, image]);
  tool('debugfs', ['-w', '-f', '-', image], 'unlink /a/b\nssv state 2\n');
  const {preview} = await fsck(image, {repair: 'all', preview: true});
  expect(preview!.changes.map(({kind, path}) => [kind, path.toString()])).toContainEqual([
    'new',
    expect.stringMatching(/^lost\+found\/#\d+$/),
  ]);
  expect(preview!.changes.map(({path}) => path.toString().replace(/#\d+/, '#'))).toContain('lost+found/#/c');
}, 60_000);

it('nothing changes in a clean one', async () => {
  const image = join(directory, 'clean.img');
  copyOf(damaged, image);
  tool('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', tree, image]);
  expect(await fsck(image, {repair: 'all', preview: true, force: true})).toMatchObject({
    state: 'clean',
    preview: {changes: []},
  });
}, 60_000);
