// SPDX-License-Identifier: GPL-2.0-only
// glob(), walk() and rm() over trees: deep, wide, with names of any bytes, and while they change.
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {matchable} from '../../src/glob.ts';
import {open, type Image, type Volume} from '../../src/index.ts';
import {emptyImage, temporaryDirectory, tool} from '../support/tools.ts';

const path = join(temporaryDirectory(), 'disk.img');
const RAW = Buffer.from([0x2f, 0x67, 0x2f, 0x72, 0xff, 0x2e, 0x67, 0x7a]);
let image: Image;
let volume: Volume;

beforeAll(async () => {
  emptyImage(path, 256 << 20);
  tool('mke2fs', ['-q', '-t', 'ext4', '-N', '20000', path]);
  image = await open(path, {write: true});
  volume = await image.volume();
  for (const directory of ['/g/log/old', '/g/.hidden', '/g/[x]', '/g/a b'])
    await volume.mkdir(directory, {recursive: true});
  const files = ['a.gz', 'b.gz', 'c.txt', '.d.gz', 'log/e.gz', 'log/old/f.gz', '.hidden/h.gz', '[x]/i', 'a b/j', '*', 'ü.gz', '🐧.gz'];
  for (const name of files) await volume.writeFile(`/g/${name}`, name);
  await volume.writeFile(RAW, 'raw');
  await volume.symlink('log', '/g/link');
  await volume.symlink('nowhere', '/g/broken.gz');
});

afterAll(async () => {
  await image.close();
  tool('e2fsck', ['-fn', path]);
});

async function globbed(pattern: string | Buffer): Promise<string[]> {
  const found: string[] = [];
  for await (const match of volume.glob(pattern)) found.push(matchable(match));
  return found;
}

describe('glob', () => {
  it.each<[string, string[]]>([
    ['/g/*.gz', ['/g/a.gz', '/g/b.gz', '/g/broken.gz', '/g/r\udcff.gz', '/g/ü.gz', '/g/🐧.gz']],
    ['/g/[ab].gz', ['/g/a.gz', '/g/b.gz']],
    ['/g/[!a].gz', ['/g/b.gz', '/g/ü.gz', '/g/🐧.gz']],
    ['/g/[a-c].*', ['/g/a.gz', '/g/b.gz', '/g/c.txt']],
    ['/g/[[:alpha:]].gz', ['/g/a.gz', '/g/b.gz']],
    ['/g/?.gz', ['/g/a.gz', '/g/b.gz', '/g/ü.gz', '/g/🐧.gz']],
    ['/g/??.gz', ['/g/r\udcff.gz']],
    ['/g/ü*', ['/g/ü.gz']],
    ['/g/.*.gz', ['/g/.d.gz']],
    ['/g/.*/*', ['/g/.hidden/h.gz']],
    ['/g/*/*.gz', ['/g/link/e.gz', '/g/log/e.gz']],
    ['/*/log/*', ['/g/log/e.gz', '/g/log/old']],
    ['/g/l*/old/f.gz', ['/g/link/old/f.gz', '/g/log/old/f.gz']],
    ['/g/**/*.gz', ['/g/a.gz', '/g/b.gz', '/g/broken.gz', '/g/r\udcff.gz', '/g/ü.gz', '/g/🐧.gz', '/g/log/e.gz', '/g/log/old/f.gz']],
    ['/g/log/**', ['/g/log/e.gz', '/g/log/old', '/g/log/old/f.gz']],
    ['/**/f.gz', ['/g/log/old/f.gz']],
    ['/g/{a,c}.*', ['/g/a.gz', '/g/c.txt']],
    ['/g/\\*', ['/g/*']],
    ['/g/[[]x]/*', ['/g/[x]/i']],
    ['g/a.*', ['/g/a.gz']],
    ['/g//./a.*', ['/g/a.gz']],
    ['/g/a?b/*', ['/g/a b/j']],
    ['/g/no*', []],
    ['/no/*', []],
    ['/g/a.gz/*', []],
    ['/g/x/../*.txt', []],
    ['/g/log/../c.*', ['/g/log/../c.txt']],
  ])('%s', async (pattern, expected) => expect(await globbed(pattern)).toEqual(expected));

  it('takes what exists as it is written, whatever signs are in it', async () => {
    expect(await globbed('/g/*')).toEqual(['/g/*']);
    expect(await globbed('/g/[x]')).toEqual(['/g/[x]']);
    expect(await globbed(RAW)).toEqual(['/g/r\udcff.gz']);
    expect(await globbed('/g/broken.gz')).toEqual(['/g/broken.gz']);
    expect(await globbed('/g/nothing')).toEqual([]);
    expect(await globbed('/')).toEqual(['/']);
  });

  it('gives the bytes of names', async () => {
    const found: Buffer[] = [];
    for await (const match of volume.glob('/g/r*')) found.push(match);
    expect(found).toEqual([RAW]);
  });
});

describe('matchable', () => {
  it.each([
    [Buffer.from('plain'), 'plain'],
    [Buffer.from('\ufffd'), '\ufffd'],
    [Buffer.from([0xff]), '\udcff'],
    [Buffer.from([0xe2, 0x82, 0x41]), '\udce2\udc82A'],
    [Buffer.from([0xc3, 0xbc, 0x80]), 'ü\udc80'],
    [Buffer.concat([Buffer.from('🐧'), Buffer.from([0x80])]), '🐧\udc80'],
  ])('%s', (name, expected) => expect(matchable(name)).toEqual(expected));
});

async function walked(top: string, options = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of volume.walk(top, options)) found.push(matchable(entry.path));
  return found;
}

describe('walk', () => {
  it('tells everything once, directories before what is in them, links without following', async () => {
    const found = await walked('/g');
    const listed = await volume.readdir('/g', {recursive: true, encoding: 'buffer'});
    expect([...found].sort()).toEqual(listed.map(matchable).sort());
    expect(found.indexOf('log')).toBeLessThan(found.indexOf('log/old'));
    expect(found.indexOf('log/old')).toBeLessThan(found.indexOf('log/old/f.gz'));
    expect(found).not.toContain('link/e.gz');
  });

  it('tells types, depths and, on request, the rest', async () => {
    const plain = new Map<string, [number, number]>();
    for await (const {path: name, type, depth, stats} of volume.walk('/g')) {
      plain.set(matchable(name), [type, depth]);
      expect(stats).toBeUndefined();
    }
    expect([plain.get('log'), plain.get('log/old/f.gz'), plain.get('link')]).toEqual([[0o040000, 1], [0o100000, 3], [0o120000, 1]]);
    for await (const entry of volume.walk('/g', {stats: true})) {
      if (entry.path.equals(Buffer.from('link'))) expect(entry.target).toEqual(Buffer.from('log'));
      if (entry.path.equals(Buffer.from('log/e.gz'))) expect(entry.stats!.size).toBe(8n);
    }
  });

  it('stops at a depth', async () => {
    expect((await walked('/g/log', {maxDepth: 1})).sort()).toEqual(['e.gz', 'old']);
  });

  it('fails as readdir does', async () => {
    await expect(walked('/no')).rejects.toMatchObject({code: 'ENOENT', syscall: 'scandir', path: '/no'});
    await expect(walked('/g/a.gz')).rejects.toMatchObject({code: 'ENOTDIR', path: '/g/a.gz'});
    await expect(walked('/g', {signal: AbortSignal.abort()})).rejects.toMatchObject({name: 'AbortError'});
  });

  it('goes on without a directory that goes away, and tells of it', async () => {
    await volume.mkdir('/gone/sub', {recursive: true});
    await volume.writeFile('/gone/sub/f', '');
    const told: unknown[] = [];
    const found: string[] = [];
    for await (const entry of volume.walk('/gone', {onError: ({code, path: where}) => told.push([code, where])})) {
      found.push(matchable(entry.path));
      if (entry.depth === 1) await volume.rm('/gone/sub', {recursive: true});
    }
    expect([found, told]).toEqual([['sub'], [['ENOENT', '/gone/sub']]]);
    await volume.mkdir('/gone/sub');
    const failing = (async () => {
      for await (const _ of volume.walk('/gone')) await volume.rm('/gone/sub', {recursive: true, force: true});
    })();
    await expect(failing).rejects.toMatchObject({code: 'ENOENT', path: '/gone/sub'});
  });
});

describe('what is deep and wide', () => {
  const DEPTH = 600;

  it('is walked and removed, with few descriptors and paths longer than any that the kernel takes', async () => {
    // By renames, because a path to the end would be too long.
    await volume.mkdir('/deep');
    let chain = '';
    for (let piece = 0; piece < DEPTH / 100; piece++) {
      const top = `/piece${piece}`;
      await volume.mkdir(`${top}${'/directory'.repeat(100)}`, {recursive: true});
      for (const level of [1, 50, 99]) await volume.writeFile(`${top}${'/directory'.repeat(level)}/after`, 'x');
      if (chain) await volume.rename(chain, `${top}${'/directory'.repeat(100)}/next`);
      chain = top;
    }
    await volume.rename(chain, '/deep/top');
    let [directories, files, deepest] = [0, 0, 0];
    for await (const entry of volume.walk('/deep')) {
      if (entry.type === 0o040000) directories++;
      else files++;
      deepest = Math.max(deepest, entry.path.length);
    }
    expect([directories, files]).toEqual([DEPTH + DEPTH / 100, (3 * DEPTH) / 100]);
    expect(deepest).toBeGreaterThan(4096);
    await volume.rm('/deep', {recursive: true});
    await expect(volume.stat('/deep')).rejects.toMatchObject({code: 'ENOENT'});
  });

  it('is removed whole, 10,000 files', async () => {
    for (let part = 0; part < 10; part++) {
      await volume.mkdir(`/wide/d${part}/e`, {recursive: true});
      await Promise.all(Array.from({length: 1000}, (_, index) => volume.writeFile(`/wide/d${part}/f${index}`, '')));
    }
    expect(await walked('/wide')).toHaveLength(10_020);
    await volume.rm('/wide', {recursive: true});
    expect(await volume.readdir('/')).not.toContain('wide');
  });
});

describe('rm', () => {
  it.each([
    ['/', 'EBUSY'],
    ['/g/log/.', 'EINVAL'],
    ['/g/link/', 'ENOTDIR'],
  ])('of %s removes nothing', async (what, code) => {
    const before = await walked('/g');
    await expect(volume.rm(what, {recursive: true, force: true})).rejects.toMatchObject({code, path: what});
    expect(await walked('/g')).toEqual(before);
  });

  it('names what it cannot remove', async () => {
    const IMMUTABLE = 0x10;
    await volume.mkdir('/stuck/sub', {recursive: true});
    await volume.writeFile('/stuck/sub/f', '');
    const flags = await volume.getFlags('/stuck/sub/f');
    await volume.setFlags('/stuck/sub/f', flags | IMMUTABLE);
    await expect(volume.rm('/stuck', {recursive: true})).rejects.toMatchObject({code: 'EPERM', syscall: 'rm', path: '/stuck/sub/f'});
    await volume.setFlags('/stuck/sub/f', flags);
    await volume.rm('/stuck', {recursive: true});
  });

  it('stops when the signal fires', async () => {
    await volume.mkdir('/part/a', {recursive: true});
    await Promise.all(Array.from({length: 3000}, (_, index) => volume.writeFile(`/part/f${index}`, '')));
    const abort = new AbortController();
    const removing = volume.rm('/part', {recursive: true, signal: abort.signal});
    await volume.stat('/');
    abort.abort();
    await expect(removing).rejects.toMatchObject({name: 'AbortError'});
    expect((await volume.readdir('/part')).length).toBeGreaterThan(0);
    await volume.rm('/part', {recursive: true});
  });
});
