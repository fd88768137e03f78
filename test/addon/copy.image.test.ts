// SPDX-License-Identifier: GPL-2.0-only
// Copies into volumes and between them: hard links, holes, attributes, what lies in the way, a full volume, a stop.
// Judges: e2fsck, debugfs.
import {randomBytes} from 'node:crypto';
import {linkSync, mkdirSync, readFileSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {CopyResult} from '../../addon/index.d.ts';
import {addon, AT_FDCWD, boot, callBelow, copy, copyIn, copyOut, mount, NR} from '../support/addon.mjs';
import {ext4Image, isRoot, temporaryDirectory, tool} from '../support/tools.ts';

const MIB = 1 << 20;
const [EBUSY, EINVAL, ENOSPC] = [16, 22, 28];
const directory = temporaryDirectory();
const tree = join(directory, 'tree');
const clean = {problems: [], lost: [], stopped: false};
const show = ({problems}: Pick<CopyResult, 'problems'>) =>
  problems.map(({path, errno, side, step}) => [path.toString(), errno, side, step]);

let count = 0;
/** Attached for writing, mounted; `close` has it checked. */
async function volume(bytes = 64 * MIB) {
  const image = ext4Image(join(directory, `${count++}.img`), bytes);
  const disk = await addon.attach(image, 'read-write');
  const {root, unmount} = await mount(disk.device);
  const close = async () => {
    await unmount();
    await addon.detach(disk.id);
    tool('e2fsck', ['-fn', image]);
  };
  return {image, root, close};
}

function makeTree(): void {
  mkdirSync(join(tree, 'a/b'), {recursive: true});
  writeFileSync(join(tree, 'a/first'), 'linked');
  linkSync(join(tree, 'a/first'), join(tree, 'a/b/second'));
  linkSync(join(tree, 'a/first'), join(tree, 'third'));
  symlinkSync('a/first', join(tree, 'link'));
  writeFileSync(join(tree, 'large'), randomBytes(3 * MIB + 17));
  writeFileSync(join(tree, 'sparse'), '');
  truncateSync(join(tree, 'sparse'), 10 * MIB);
  writeFileSync(join(tree, 'sparse'), 'data', {flag: 'a'});
  truncateSync(join(tree, 'sparse'), 40 * MIB);
  tool('mkfifo', [join(tree, 'fifo')]);
  utimesSync(join(tree, 'a'), 1e9, 1e9 + 0.5);
}

beforeAll(async () => {
  makeTree();
  await boot();
});

// Node's own way runs out of stack in the deep tree.
afterAll(() => void tool('rm', ['-rf', directory]));

describe('a tree', () => {
  it('goes in, over to another volume, and out again, the same', async () => {
    const [one, two] = [await volume(), await volume()];
    expect(await copyIn(one.root, [[tree, '/tree']], {recursive: true})).toMatchObject({
      ...clean, files: 3, directories: 3, links: 1, hardLinks: 2, specials: 1,
    });
    expect(await copy(one.root, two.root, [['/tree', '/over']], {recursive: true})).toMatchObject({
      ...clean, files: 3, hardLinks: 2,
    });
    const out = join(directory, 'out');
    expect(await copyOut(two.root, [['/over', out]], {recursive: true})).toMatchObject({...clean, hardLinks: 2});
    expect(tool('rsync', ['-nirlptDH', '--checksum', '--delete', `${tree}/`, `${out}/`])).toBe('');
    expect(statSync(join(out, 'third')).nlink).toBe(3);
    expect(statSync(join(out, 'sparse')).blocks * 512).toBeLessThan(MIB);
    await one.close();
    await two.close();
    expect(Number(/Blockcount: (\d+)/.exec(tool('debugfs', ['-R', 'stat /over/sparse', two.image]))![1])).toBeLessThan(100);
    expect(tool('debugfs', ['-R', 'stat /over/third', two.image])).toMatch(/Links: 3\b/);
  });

  it('may be 2,000 levels deep and hold 20,000 files', async () => {
    const deep = join(directory, 'deep');
    tool('sh', ['-c', 'mkdir "$0"; cd "$0"; i=0; while [ $i -lt 2000 ]; do mkdir d; cd d; i=$((i+1)); done; echo x >leaf', deep]);
    const many = join(directory, 'many');
    mkdirSync(many);
    for (let index = 0; index < 20_000; index++) writeFileSync(join(many, `f${index}`), String(index));
    const {root, close} = await volume(512 * MIB);
    const result = await copyIn(root, [[deep, '/deep'], [many, '/many']], {recursive: true});
    expect(show(result)).toEqual([]);
    expect(result).toMatchObject({files: 20_001, directories: 2_002});
    await close();
  });

  it('is not copied into itself, nor a file onto itself', async () => {
    const {root, close} = await volume();
    await copyIn(root, [[tree, '/tree']], {recursive: true});
    const into = await copy(root, root, [['/tree', '/tree/a/copy']], {recursive: true});
    expect(show(into)).toEqual([['/tree/a/copy', EINVAL, 'source', 'open']]);
    const onto = await copy(root, root, [['/tree/third', '/tree/a/first'], ['/tree/link', '/tree/link']]);
    expect(show(onto).map(([, errno]) => errno)).toEqual([EINVAL, EINVAL]);
    const back = join(directory, 'back');
    await copyOut(root, [['/tree/a/first', back]]);
    expect(readFileSync(back, 'utf8')).toBe('linked');
    await close();
  });
});

describe('what is there already', () => {
  it('is kept, updated or replaced', async () => {
    const {root, close} = await volume();
    const source = join(directory, 'source');
    const read = async () => {
      const path = join(directory, 'read');
      await copyOut(root, [['/file', path]]);
      return readFileSync(path, 'utf8');
    };
    writeFileSync(source, 'one, long');
    utimesSync(source, 1000, 1000);
    await copyIn(root, [[source, '/file']]);
    writeFileSync(source, 'two');
    utimesSync(source, 2000, 2000);
    expect(await copyIn(root, [[source, '/file']], {existing: 'keep'})).toMatchObject({...clean, kept: 1, files: 0});
    expect(await read()).toBe('one, long');
    expect(await copyIn(root, [[source, '/file']], {existing: 'update'})).toMatchObject({...clean, kept: 0, files: 1});
    expect(await read()).toBe('two');
    utimesSync(source, 2000, 2000);
    expect(await copyIn(root, [[source, '/file']], {existing: 'update'})).toMatchObject({...clean, kept: 1, files: 0});
    utimesSync(source, 500, 500);
    expect(await copyIn(root, [[source, '/file']], {existing: 'update'})).toMatchObject({...clean, kept: 1});
    expect(await copyIn(root, [[source, '/file']])).toMatchObject({...clean, files: 1});
    await close();
  });

  it('is not written through when it is a link', async () => {
    const {root, close} = await volume();
    await copyIn(root, [[tree, '/tree']], {recursive: true});
    await callBelow(root, NR.mkdirat, AT_FDCWD, '/to', 0o755);
    await copyIn(root, [[join(tree, 'link'), '/to/third']]);
    expect(await copyIn(root, [[join(tree, 'third'), '/to/third']])).toMatchObject({...clean, files: 1, links: 0});
    await close();
  });
});

describe('a copy that cannot be finished', () => {
  it('names the file for which there was no room, and leaves a clean volume', async () => {
    const {root, image, close} = await volume(8 * MIB);
    const content = join(directory, 'content');
    mkdirSync(content);
    for (let index = 0; index < 40; index++) writeFileSync(join(content, `f${index}`), randomBytes(MIB));
    const result = await copyIn(root, [[content, '/content']], {recursive: true});
    expect(result.problems).toHaveLength(1);
    expect(result.problems[0]).toMatchObject({errno: ENOSPC, side: 'target', step: 'write'});
    expect(result.stopped).toBe(false);
    await close();
    const failed = result.problems[0]!.path.toString().split('/').at(-1)!;
    const names = tool('debugfs', ['-R', 'ls -p /content', image]);
    expect(names).not.toContain(`/${failed}/`);
    expect(names.match(/\/f\d+\//g) ?? []).toHaveLength(result.files);
  });

  it('stops when told, without half a file', async () => {
    const {root, image, close} = await volume();
    const stop = new Uint8Array(1);
    const forEver = Array.from({length: 100_000}, (): [string, string] => [join(tree, 'large'), '/large']);
    const result = await copyIn(root, forEver, {stop}, () => void (stop[0] = 1));
    expect(result).toMatchObject({problems: [], stopped: true});
    await close();
    const size = Number(/Size: (\d+)/.exec(tool('debugfs', ['-R', 'stat /large', image]))?.[1] ?? 3 * MIB + 17);
    expect(size).toBe(3 * MIB + 17);
  });

  it('leaves out an image that is attached', async () => {
    const {root, image, close} = await volume();
    expect(show(await copyIn(root, [[image, '/me']]))).toEqual([[image, EBUSY, 'source', 'open']]);
    await close();
  });
});

describe.runIf(isRoot)('attributes', () => {
  it('arrive with owner, extended attributes and flags, ids mapped', async () => {
    const source = join(directory, 'attributes');
    mkdirSync(source);
    writeFileSync(join(source, 'f'), 'x');
    tool('chown', ['1000:1001', join(source, 'f')]);
    tool('chmod', ['6755', join(source, 'f')]);
    tool('setfattr', ['-n', 'user.k', '-v', 'v', join(source, 'f')]);
    tool('setcap', ['cap_net_raw+ep', join(source, 'f')]);
    tool('chattr', ['+d', join(source, 'f')]);
    const {root, image, close} = await volume();
    const options = {recursive: true, owner: true, xattrs: true, flags: true};
    expect(await copyIn(root, [[source, '/s']], {...options, mapUid: [[1000, 5, 1]]})).toMatchObject(clean);
    await close();
    const stat = tool('debugfs', ['-R', 'stat /s/f', image]);
    expect(stat).toMatch(/Mode:\s+06755/);
    expect(stat).toMatch(/User:\s+5\s+Group:\s+1001/);
    expect(stat).toMatch(/user\.k/);
    expect(stat).toMatch(/security\.capability/);
    expect(Number(/Flags: (0x[0-9a-f]+)/.exec(stat)![1]) & 0x40).toBe(0x40);
  });

  it('do not make a program run as somebody else', async () => {
    const source = join(directory, 'setuid');
    writeFileSync(source, '#!/bin/sh\n');
    tool('chown', ['1000:1000', source]);
    tool('chmod', ['6755', source]);
    const {root, image, close} = await volume();
    const result = await copyIn(root, [[source, '/setuid']]);
    expect(result.lost).toMatchObject([{what: 'mode', count: 1, detail: '6755'}]);
    await close();
    expect(tool('debugfs', ['-R', 'stat /setuid', image])).toMatch(/Mode:\s+0755/);
  });
});
