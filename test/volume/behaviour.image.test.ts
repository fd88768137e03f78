// SPDX-License-Identifier: GPL-2.0-only
// The same bodies for node:fs/promises, which proves the expectations, and for volumes of several file systems. What they
// leave in the ext4 is then read by tools that are not ours.
import {createReadStream, createWriteStream, lstatSync, mkdirSync, readFileSync, readlinkSync} from 'node:fs';
import * as promises from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {open, type Image, type Volume} from '../../src/index.ts';
import {emptyImage, isRoot, temporaryDirectory, tool} from '../support/tools.ts';
import type {Case, Files} from './cases/case.ts';
import {contentCases} from './cases/content.ts';
import {directoryCases, volumeDirectoryCases} from './cases/directories.ts';
import {handleCases} from './cases/handles.ts';
import {metadataCases} from './cases/metadata.ts';
import {nameCases} from './cases/names.ts';

const MIB = 1 << 20;
const directory = temporaryDirectory();
const cases = [...contentCases, ...handleCases, ...directoryCases, ...nameCases, ...metadataCases];

// The mode of what Node makes without one depends on it.
process.umask(0o022);

function place(root: string, index: number): (name?: string) => string {
  return (name = '') => (name ? `${root}/${index}/${name}` : `${root}/${index}`);
}

function runAll(wanted: Case[], files: () => Files, root: string): void {
  it.each(wanted.map((one, index) => [one.name, one, index] as const))('%s', async (_, {body}, index) => {
    const at = place(root, index);
    await files().mkdir(at());
    await body(files(), at);
  });
}

it('has enough cases, each with a name of its own', () => {
  expect(cases.length).toBeGreaterThanOrEqual(150);
  expect(new Set(cases.map(({name}) => name)).size).toBe(cases.length);
});

describe('node:fs', () => {
  const root = join(directory, 'node');
  mkdirSync(root);
  // Only root may give files away.
  const wanted = cases.filter((one) => isRoot || !one.root);
  runAll(wanted, () => ({...promises, createReadStream, createWriteStream}), root);
});

interface Kind {
  type: string;
  size: number;
  mkfs: string[];
  posix: boolean;
  /** Fails with its report unless all is well. */
  judge: string[];
}

const KINDS: Kind[] = [
  {type: 'ext4', size: 128, mkfs: ['mke2fs', '-q', '-t', 'ext4'], posix: true, judge: ['e2fsck', '-fn']},
  {type: 'xfs', size: 320, mkfs: ['mkfs.xfs', '-q'], posix: true, judge: ['xfs_repair', '-n']},
  {type: 'btrfs', size: 256, mkfs: ['mkfs.btrfs', '-q'], posix: true, judge: ['btrfs', 'check', '--readonly']},
  {type: 'vfat', size: 128, mkfs: ['mkfs.vfat'], posix: false, judge: ['fsck.vfat', '-n']},
];

describe.each(KINDS)('$type', ({type, size, mkfs, posix, judge}) => {
  const path = join(directory, `${type}.img`);
  let image: Image;
  let volume: Volume;
  const wanted = [...cases, ...volumeDirectoryCases].filter((one) => posix || !one.posix);

  beforeAll(async () => {
    emptyImage(path, size * MIB);
    tool(mkfs[0]!, [...mkfs.slice(1), path]);
    image = await open(path, {write: true});
    volume = await image.volume();
  });
  afterAll(() => image.close());

  runAll(wanted, () => volume as unknown as Files, '');

  it('is clean afterwards', async () => {
    await image.close();
    tool(judge[0]!, [...judge.slice(1), path]);
  });

  if (type !== 'ext4') return;
  it('holds for debugfs what the volume showed', async () => {
    await using again = await open(path);
    const shown = await again.volume();
    const out = join(directory, 'debugfs');
    mkdirSync(out);
    tool('debugfs', ['-R', `rdump / ${out}`, path]);
    let [files, links] = [0, 0];
    for await (const entry of shown.walk('/', {stats: true})) {
      const inside = Buffer.concat([Buffer.from('/'), entry.path]);
      const outside = Buffer.concat([Buffer.from(out), inside]);
      if (entry.stats!.isFile() && entry.stats!.size < 10n * BigInt(MIB)) {
        expect(readFileSync(outside).equals(await shown.readFile(inside)), String(inside)).toBe(true);
        files++;
      } else if (entry.stats!.isSymbolicLink() && entry.stats!.size < 1000n) {
        // debugfs cuts long targets off.
        expect(readlinkSync(outside, 'buffer'), String(inside)).toEqual(entry.target);
        links++;
      } else if (entry.stats!.isDirectory()) expect(lstatSync(outside).isDirectory(), String(inside)).toBe(true);
    }
    expect(files).toBeGreaterThan(2500);
    expect(links).toBeGreaterThan(10);
  });
});
