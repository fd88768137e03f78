// SPDX-License-Identifier: GPL-2.0-only
// The check behind every test of test/images: kdisk and the referee see the same, and the image is not written to.
import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {expect} from 'vitest';
import {open} from '../../src/index.ts';
import type {Selector} from '../../src/image-path.ts';
import {engineView} from './engine-view.ts';
import type {Fixture} from './fixtures.ts';
import {differences, type Manifest, type Volatile} from './manifest.ts';

export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, {highWaterMark: 1024 * 1024})) hash.update(piece as Buffer);
  return hash.digest('hex');
}

export interface Comparison {
  selectors?: Selector[];
  asIs?: boolean;
  /** What the referee saw; default the fixture's first look. */
  expected?: Manifest;
}

const TIMES: Volatile['fields'] = ['mtime', 'ctime', 'btime'];

/** What can't be the same twice, with the reason. */
function volatile({name}: Fixture): Volatile[] {
  const found: Volatile[] = [];
  // FAT and exFAT have no inode numbers: their drivers count them up as inodes are met.
  if (/fat/.test(name)) found.push({fields: ['ino']});
  // The root has no entry that could hold its times: the driver takes the time of the mount.
  if (/^exfat/.test(name)) found.push({path: '', fields: TIMES});
  // Where a subvolume was when the snapshot was taken, btrfs shows an empty directory made at that moment.
  if (name === 'btrfs-subvolumes') found.push({path: Buffer.from('snapshot/deeper').toString('base64'), fields: TIMES});
  return found;
}

export async function expectSameView(fixture: Fixture, options: Comparison = {}): Promise<void> {
  const expected = options.expected ?? fixture.manifest();
  // An attribute of a symbolic link cannot be asked for in the library.
  for (const entry of expected.values()) if (entry.type === 'symlink') delete entry.xattrs;
  const before = await sha256(fixture.image);
  {
    await using image = await open(fixture.image, {asIs: options.asIs ?? false});
    const volume = await image.volume(options.selectors ?? []);
    const actual = await engineView(volume);
    const found = differences(expected, actual, volatile(fixture));
    // The first few say what is wrong; ten thousand of them say no more.
    expect(found.slice(0, 20), `${found.length} differences in ${fixture.name}`).toEqual([]);
  }
  expect(await sha256(fixture.image), `${fixture.name} was written to`).toBe(before);
}
