// SPDX-License-Identifier: GPL-2.0-only
// copy() of the library: to and from the host, between two images, with progress, and stopped by a signal.
import {execFileSync} from 'node:child_process';
import {existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {copy, open, type CopyProgress, type Image, type Volume} from '../src/index.ts';
import {ext4Image, temporaryDirectory, tool} from './support/tools.ts';

const MIB = 1 << 20;
const directory = temporaryDirectory();
const place = (name: string) => join(directory, name);
const content = Buffer.from(Array.from({length: 2_000_003}, (_, index) => (index * 7) >> 2));
let [one, two]: Image[] = [];
let [first, second]: Volume[] = [];

beforeAll(async () => {
  mkdirSync(place('tree/sub/empty'), {recursive: true});
  writeFileSync(place('tree/file'), content, {mode: 0o640});
  writeFileSync(place('tree/sub/small'), 'small');
  writeFileSync(place('tree/sparse'), '');
  truncateSync(place('tree/sparse'), 10 * MIB);
  symlinkSync('sub/small', place('tree/link'));
  execFileSync('ln', [place('tree/sub/small'), place('tree/hard')]);
  one = await open(ext4Image(place('one.img'), 64 * MIB), {write: true});
  two = await open(ext4Image(place('two.img'), 64 * MIB), {write: true});
  [first, second] = [await one.volume(), await two.volume()];
});

afterAll(async () => {
  await Promise.all([one!.close(), two!.close()]);
  for (const name of ['one', 'two']) tool('e2fsck', ['-fn', place(`${name}.img`)]);
});

const counts = {files: 3, directories: 3, links: 1, hardLinks: 1, problems: [], lost: [], stopped: false};

describe('copy', () => {
  it('takes a tree from the host into a volume, on to another, and back', async () => {
    const options = {recursive: true, owner: true, xattrs: true};
    const into = await copy(null, first!, [{from: place('tree'), to: '/tree'}], options);
    const between = await copy(first!, second!, [{from: '/tree', to: Buffer.from('/copy')}], options);
    const out = await copy(second!, null, [{from: '/copy', to: place('back')}], options);
    for (const result of [into, between, out]) expect(result).toMatchObject(counts);
    expect(readFileSync(place('back/file')).equals(content)).toBe(true);
    expect(readlinkSync(place('back/link'))).toBe('sub/small');
    expect(lstatSync(place('back/hard')).ino).toBe(lstatSync(place('back/sub/small')).ino);
    expect(lstatSync(place('back/file')).mode).toBe(0o100640);
    expect(lstatSync(place('back/sparse'))).toMatchObject({size: 10 * MIB, blocks: 0});
    expect(lstatSync(place('back/file')).mtimeMs).toBe(lstatSync(place('tree/file')).mtimeMs);
    expect(existsSync(place('back/sub/empty'))).toBe(true);
  });

  it('tells how far it is', async () => {
    const told: CopyProgress[] = [];
    await first!.writeFile('/large', Buffer.alloc(30 * MIB, 1));
    const {bytes} = await copy(first!, null, [{from: '/large', to: place('large')}], {}, (state) => told.push(state));
    expect(bytes).toBe(30 * MIB);
    for (const [index, state] of told.entries()) expect(state.bytes).toBeGreaterThanOrEqual(told[index - 1]?.bytes ?? 0);
  });

  it('names what is not there and goes on', async () => {
    const sources = ['/no', '/tree/file'].map((from, index) => ({from, to: place(`out${index}`)}));
    const {problems, files} = await copy(first!, null, sources);
    expect(files).toBe(1);
    expect(problems.map(({path, errno, side}) => [String(path), errno, side])).toEqual([['/no', 2, 'source']]);
  });

  it('is refused when the signal has fired, and stops when it fires', async () => {
    const source = [{from: '/large', to: place('never')}];
    await expect(copy(first!, null, source, {signal: AbortSignal.abort()})).rejects.toMatchObject({name: 'AbortError'});
    const abort = new AbortController();
    const many = Array.from({length: 40}, (_, index) => ({from: '/large', to: place(`many${index}`)}));
    const {stopped, files} = await copy(first!, null, many, {signal: abort.signal}, () => abort.abort());
    expect(stopped).toBe(true);
    expect(files).toBeLessThan(40);
    // What is there is whole.
    for (let index = 0; index < files; index++) expect(lstatSync(place(`many${index}`)).size).toBe(30 * MIB);
    expect(existsSync(place(`many${files}`))).toBe(false);
  });

  it('wants a volume, and one that can be written', async () => {
    await expect(copy(null, null, [])).rejects.toThrow(TypeError);
    await using reading = await open(ext4Image(place('reading.img'), 8 * MIB));
    const volume = await reading.volume();
    const tree = [{from: place('tree'), to: '/tree'}];
    await expect(copy(null, volume, tree)).rejects.toMatchObject({code: 'EROFS', message: expect.stringContaining('write: true')});
    await expect(copy(first!, null, [{from: '/a\0b', to: 'x'}])).rejects.toMatchObject({code: 'ERR_INVALID_ARG_VALUE'});
    await volume.close();
    await expect(copy(volume, null, [])).rejects.toMatchObject({code: 'ERR_CLOSED'});
  });
});
