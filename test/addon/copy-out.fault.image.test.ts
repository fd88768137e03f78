// SPDX-License-Identifier: GPL-2.0-only
// Copies out of an image where the host or the image gets in the way: no half files, nothing outside of the target,
// never the image itself, and the rest is copied.
import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import type {CopyResult, Disk} from '../../addon/index.d.ts';
import {addon, boot, copyOut, mount} from '../support/addon.mjs';
import {runChild} from '../support/child.ts';
import {ext4Image, sha256, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1 << 20;
const [ENOENT, EIO, EBUSY, EEXIST, EISDIR, EFBIG, ENOSPC] = [2, 5, 16, 17, 21, 27, 28];

const directory = temporaryDirectory();
const image = join(directory, 'disk.img');
const large = randomBytes(4 * MIB);
let disk: Disk;
let root = -1;

const show = ({problems}: Pick<CopyResult, 'problems'>) =>
  problems.map(({path, errno, side, step}) => [path.toString(), errno, side, step]);
const scratch = () => mkdtempSync(join(directory, 'out-'));

beforeAll(async () => {
  const tree = join(directory, 'tree');
  mkdirSync(join(tree, 'tree/sub'), {recursive: true});
  writeFileSync(join(tree, 'large'), large);
  writeFileSync(join(tree, 'small'), 'small');
  writeFileSync(join(tree, 'long'), '');
  truncateSync(join(tree, 'long'), 100 * MIB);
  writeFileSync(join(tree, 'long'), 'end', {flag: 'a'});
  writeFileSync(join(tree, 'tree/file'), 'file');
  writeFileSync(join(tree, 'tree/sub/file'), 'below');
  symlinkSync('elsewhere', join(tree, 'link'));
  ext4Image(image, 16 * MIB, tree);
  await boot();
  disk = await addon.attach(image, 'overlay');
  ({root} = await mount(disk.device, 'ext4', {readOnly: true}));
});

describe('no room on the host', () => {
  it('removes the file that did not fit and stops', async ({skip}) => {
    const target = scratch();
    const {status} = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', target]);
    skip(status !== 0, 'needs root: a small tmpfs');
    try {
      const pairs = ['small', 'large', 'link'].map((name): [string, string] => [`/${name}`, join(target, name)]);
      const result = await copyOut(root, pairs);
      expect(show(result)).toEqual([['/large', ENOSPC, 'target', 'write']]);
      expect(result).toMatchObject({files: 1, links: 0, stopped: false});
      expect(readdirSync(target)).toEqual(['small']);
      expect(readFileSync(join(target, 'small'), 'utf8')).toBe('small');
    } finally {
      tool('umount', [target]);
    }
  });

  // In a process of its own, and SIGXFSZ, which comes with the limit, must not end it. The RAM of the kernel is a file
  // too and must stay below the limit (in KiB).
  it('survives the limit on the size of files', async () => {
    const target = scratch();
    const args = [image, '/long', join(target, 'long'), '/small', join(target, 'small')];
    const {status, signal, stdout, stderr} = await runChild('copy', args, {before: 'ulimit -f 80000'});
    expect({status, signal, stderr}).toEqual({status: 0, signal: null, stderr: ''});
    expect(show(JSON.parse(stdout))).toEqual([['/long', EFBIG, 'target', 'write']]);
    expect(readdirSync(target)).toEqual(['small']);
  });

  it('says where a directory is missing', async () => {
    const target = join(scratch(), 'missing', 'small');
    expect(show(await copyOut(root, [['/small', target]]))).toEqual([['/small', ENOENT, 'target', 'open']]);
  });
});

describe('what lies in the way on the host', () => {
  it('is replaced when it is a link to a file, and not followed when it is one to a directory', async () => {
    const target = scratch();
    const victim = scratch();
    writeFileSync(join(victim, 'file'), 'precious');
    symlinkSync(join(victim, 'file'), join(target, 'small'));
    symlinkSync(join(victim, 'new'), join(target, 'large'));
    symlinkSync(victim, join(target, 'tree'));
    const names = ['small', 'large', 'tree'];
    const result = await copyOut(root, names.map((name) => [`/${name}`, join(target, name)]), {recursive: true});
    expect(show(result)).toEqual([['/tree', EEXIST, 'target', 'mkdir']]);
    expect(readdirSync(victim)).toEqual(['file']);
    expect(readFileSync(join(victim, 'file'), 'utf8')).toBe('precious');
    expect(lstatSync(join(target, 'small')).isFile()).toBe(true);
    expect(readFileSync(join(target, 'large')).equals(large)).toBe(true);
  });

  it('is not followed inside a tree either', async () => {
    const target = scratch();
    const victim = scratch();
    mkdirSync(join(target, 'tree'));
    symlinkSync(victim, join(target, 'tree/sub'));
    symlinkSync(join(victim, 'file'), join(target, 'tree/file'));
    const result = await copyOut(root, [['/tree', join(target, 'tree')]], {recursive: true});
    expect(show(result)).toEqual([['/tree/sub', EEXIST, 'target', 'mkdir']]);
    expect(readdirSync(victim)).toEqual([]);
    expect(readFileSync(join(target, 'tree/file'), 'utf8')).toBe('file');
  });

  it('stays when one of the two is a directory, and else is replaced', async () => {
    const target = scratch();
    mkdirSync(join(target, 'small'));
    mkdirSync(join(target, 'link'));
    writeFileSync(join(target, 'tree'), 'a file');
    tool('mkfifo', [join(target, 'large')]);
    const names = ['small', 'link', 'tree', 'large'];
    const result = await copyOut(root, names.map((name) => [`/${name}`, join(target, name)]), {recursive: true});
    expect(show(result)).toEqual([
      ['/small', EISDIR, 'target', 'open'],
      ['/link', EISDIR, 'target', 'symlink'],
      ['/tree', EEXIST, 'target', 'mkdir'],
    ]);
    expect(statSync(join(target, 'small')).isDirectory()).toBe(true);
    expect(statSync(join(target, 'link')).isDirectory()).toBe(true);
    expect(readFileSync(join(target, 'tree'), 'utf8')).toBe('a file');
    expect(readFileSync(join(target, 'large')).equals(large)).toBe(true);
  });

  it('is replaced when it is a file, however long it was', async () => {
    const target = scratch();
    writeFileSync(join(target, 'small'), large);
    writeFileSync(join(target, 'link'), 'a file');
    const result = await copyOut(root, [['/small', join(target, 'small')], ['/link', join(target, 'link')]]);
    expect(result).toMatchObject({problems: [], files: 1, links: 1});
    expect(readFileSync(join(target, 'small'), 'utf8')).toBe('small');
  });

  it('may be the image itself, which is never written', async () => {
    const before = sha256(image);
    const target = scratch();
    linkSync(image, join(target, 'small'));
    linkSync(image, join(target, 'large'));
    const result = await copyOut(root, [
      ['/small', image],
      ['/small', join(target, 'small')],
      ['/large', join(target, 'large')],
    ]);
    const refused = [EBUSY, 'target'];
    expect(result.problems.map(({errno, side}) => [errno, side])).toEqual([refused, refused, refused]);
    expect(sha256(image)).toBe(before);
  });
});

describe('an image that cannot be read to its end', () => {
  it('costs the files that lie there, not the others', async () => {
    const short = join(directory, 'short.img');
    tool('cp', [image, short]);
    const damaged = await addon.attach(short, 'overlay');
    const {root: inside, unmount} = await mount(damaged.device, 'ext4', {readOnly: true});
    // Behind the metadata, in the middle of the large file.
    const [first] = tool('debugfs', ['-R', 'bmap /large 512', short]).trim().split(/\s+/);
    const blockSize = Number(/Block size:\s+(\d+)/.exec(tool('dumpe2fs', ['-h', short]))![1]);
    truncateSync(short, Number(first) * blockSize);
    const target = scratch();
    const result = await copyOut(inside, [['/large', join(target, 'large')], ['/small', join(target, 'small')]]);
    expect(show(result)).toContainEqual(['/large', EIO, 'source', 'read']);
    expect(existsSync(join(target, 'large'))).toBe(false);
    await unmount();
    await addon.detach(damaged.id);
    // The kernel of this process is as good as ever.
    expect(await copyOut(root, [['/large', join(target, 'again')]])).toMatchObject({problems: []});
    expect(readFileSync(join(target, 'again')).equals(large)).toBe(true);
  });
});
