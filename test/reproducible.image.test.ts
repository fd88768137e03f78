// SPDX-License-Identifier: GPL-2.0-only
// The same tree or archive gives the same image, byte for byte, however busy the machine is, in whatever order the host
// lists its directories and in whatever pieces an archive comes; and no time in it is later than the one that was given.
// Judges: cmp, the checkers of each file system, dumpe2fs.
import {randomBytes} from 'node:crypto';
import {spawn, spawnSync, type ChildProcess} from 'node:child_process';
import {cpSync, linkSync, mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {buildSync} from 'esbuild';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {open} from '../src/index.ts';
import {makeFileSystem, unsound, type Type} from './support/judges.ts';
import {hasTools, temporaryDirectory, tool, toolEnvironment} from './support/tools.ts';

const MIB = 1 << 20;
const TIMESTAMP = 1_700_000_000;
const MANY = 3000;
/** Of a test, milliseconds, on a machine that does other things as well. */
const PATIENCE = 120_000;
const TYPES: Type[] = ['ext4', 'btrfs', 'xfs', 'vfat', 'f2fs', 'exfat'];

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = temporaryDirectory();
const child = join(directory, 'fill.cjs');
const [small, many, shuffled] = ['small', 'many', 'shuffled'].map((name) => join(directory, name)) as [string, string, string];
const archive = join(directory, 'many.tar');

/** Files of all sizes, some of them with a time to come. */
function makeTree(top: string, count: number, largest: number): void {
  for (let index = 0; index < count; index++) {
    const below = join(top, `d${index % 41}`, `e${index % 3}`);
    mkdirSync(below, {recursive: true});
    const path = join(below, `file ${index}`);
    writeFileSync(path, randomBytes([0, 10, 1000, 5000, 20_000][index % 5]! + (index % 7)));
    utimesSync(path, 1e9 + index, index % 9 === 0 ? 4e9 : 1e9 + index);
  }
  writeFileSync(join(top, 'large'), randomBytes(largest + 17));
}

/** What FAT has not. */
function addLinks(top: string): void {
  linkSync(join(top, 'large'), join(top, 'd0', 'the same'));
  symlinkSync('large', join(top, 'link'));
  writeFileSync(join(top, 'sparse'), randomBytes(1000));
  truncateSync(join(top, 'sparse'), 3 * MIB);
  if (hasTools('setfattr')) tool('setfattr', ['-n', 'user.one', '-v', '1', join(top, 'large')]);
  if (hasTools('setfattr')) tool('setfattr', ['-n', 'user.another', '-v', '2', join(top, 'large')]);
}

/** The same names, made in another order. */
function copyBackwards(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, {withFileTypes: true}).reverse()) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyBackwards(source, target);
    else cpSync(source, target, {preserveTimestamps: true});
  }
  tool('touch', ['-r', from, to]);
}

interface Circumstances {
  /** Words in front of the program's. */
  before?: string[];
  cwd?: string;
  env?: Record<string, string>;
}

/** Fills a copy of an image in a process of its own. */
function fill(empty: string, filled: string, words: string[], {before = [], cwd = directory, env = {}}: Circumstances = {}): void {
  tool('cp', ['--sparse=always', empty, filled]);
  const [program, ...args] = [...before, process.execPath, child, filled, String(TIMESTAMP), ...words];
  const {status, stdout, stderr} = spawnSync(program!, args, {cwd, env: {...toolEnvironment, ...env}, encoding: 'utf8'});
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const {files, problems} = JSON.parse(stdout) as {files: number; problems: string[]};
  expect(problems).toEqual([]);
  expect(files).toBeGreaterThan(10);
}

function expectSame(one: string, other: string): void {
  const {status, stdout} = spawnSync('cmp', [one, other], {encoding: 'utf8'});
  expect(status, stdout).toBe(0);
}

const busy: ChildProcess[] = [];
/** Others want the processors, too. */
function makeBusy(): void {
  for (let count = 0; count < 2; count++) busy.push(spawn('sh', ['-c', 'while :; do :; done'], {stdio: 'ignore'}));
}
afterEach(() => {
  for (const other of busy.splice(0)) other.kill('SIGKILL');
});

beforeAll(() => {
  buildSync({
    entryPoints: [join(root, 'test', 'support', 'deterministic-fill.ts')],
    outfile: child,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // The package is not where the bundle is.
    define: {'import.meta.url': JSON.stringify(join(root, 'test', 'bundle.cjs'))},
    logLevel: 'warning',
  });
  makeTree(small, 30, MIB);
  // More than the kernel has RAM.
  makeTree(many, MANY, 70 * MIB);
  copyBackwards(many, shuffled);
  tool('tar', ['-C', many, '-cf', archive, '.']);
});

// Sooner than the end of all tests, where nothing else goes on meanwhile.
afterAll(() => void tool('rm', ['-rf', directory]));

describe.each(TYPES)('%s', {timeout: PATIENCE}, (type) => {
  const empty = join(directory, `${type}.empty`);
  const [one, other] = [join(directory, `${type}.one`), join(directory, `${type}.other`)];

  beforeAll(() => {
    makeFileSystem(type, empty, type === 'xfs' ? 320 : 256);
  });
  afterAll(() => [empty, one, other].forEach((image) => rmSync(image)));

  it('of a few files is the same', () => {
    fill(empty, one, ['tree', small]);
    fill(empty, other, ['tree', small], {cwd: '/', env: {TZ: 'Asia/Tokyo', LC_ALL: 'C'}});
    expectSame(one, other);
    expect(spawnSync('cmp', ['-s', empty, one]).status).toBe(1);
  });

  it(`of ${MANY} files is the same in another order, on one processor, and while others work`, () => {
    fill(empty, one, ['tree', many]);
    fill(empty, other, ['tree', shuffled], hasTools('taskset') ? {before: ['taskset', '-c', '0']} : {});
    expectSame(one, other);
    makeBusy();
    fill(empty, other, ['tree', many]);
    expectSame(one, other);
    expect(unsound(type, one)).toBe('');
  });

  it('of an archive is the same, in whatever pieces it comes', () => {
    fill(empty, one, ['tar', archive, '65536']);
    makeBusy();
    fill(empty, other, ['tar', archive, '3000']);
    expectSame(one, other);
    expect(unsound(type, one)).toBe('');
  });

  it('holds no time after the timestamp', async () => {
    await using image = await open(one);
    const volume = await image.volume();
    const latest = BigInt(TIMESTAMP) * 1_000_000_000n;
    const late: string[] = [];
    let seen = 0;
    for await (const {path, stats} of volume.walk('/', {stats: true})) {
      seen++;
      // mke2fs made it, by its own clock.
      if (path.toString() === 'lost+found') continue;
      const {atimeNs, mtimeNs, ctimeNs, birthtimeNs} = stats!;
      if ([atimeNs, mtimeNs, ctimeNs, birthtimeNs].some((time) => time > latest)) late.push(path.toString());
    }
    expect(late).toEqual([]);
    expect(seen).toBeGreaterThan(MANY);
  });
});

it('of ext4 with links, holes and attributes is the same, and its superblock knows the timestamp', () => {
  addLinks(small);
  const [empty, one, other] = ['links.empty', 'links.one', 'links.other'].map((name) => join(directory, name)) as [string, string, string];
  makeFileSystem('ext4', empty);
  fill(empty, one, ['tree', small]);
  fill(empty, other, ['tree', small]);
  expectSame(one, other);
  expect(unsound('ext4', one)).toBe('');
  const told = tool('env', ['TZ=UTC', 'dumpe2fs', '-h', one]);
  for (const what of ['mount', 'write']) expect(told).toMatch(new RegExp(`^Last ${what} time: +Tue Nov 14 22:13:20 2023$`, 'm'));
});

it('wants a kernel of its own', async () => {
  const image = makeFileSystem('ext4', join(directory, 'mode.img'));
  await (await open(image)).close();
  const wanted = open(image, {write: true, deterministic: {timestamp: TIMESTAMP}});
  await expect(wanted).rejects.toMatchObject({code: 'ERR_KERNEL_MODE', message: expect.stringMatching(/an ordinary one.*another process/)});
  await expect(open(image, {deterministic: {timestamp: -1}})).rejects.toThrow(/timestamp/);
  await expect(open(image, {deterministic: {timestamp: 1, seed: Buffer.alloc(31)}})).rejects.toThrow('seed must have 32 bytes');
});
