// SPDX-License-Identifier: GPL-2.0-only
// kdisk df, judged by dumpe2fs, and by df(1) on a loop mount.
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {DfResult} from '../../src/commands/df.ts';
import {makeDisks} from '../support/disk.ts';
import {makeFixtures} from '../support/fixtures.ts';
import {kdisk} from '../support/kdisk.ts';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {temporaryDirectory, tool} from '../support/tools.ts';

const directory = temporaryDirectory();
const {plain, gpt} = makeDisks(directory);
const FIXTURES = {'ext4-4k': 'ext4', 'xfs-v5': 'xfs', 'btrfs-zstd': 'btrfs', 'f2fs-plain': 'f2fs', 'squashfs-zstd': 'squashfs'};
const fixtures = makeFixtures(Object.keys(FIXTURES));

describe('kdisk df', () => {
  it('counts what the superblock counts', () => {
    const text = tool('dumpe2fs', ['-h', plain]);
    const field = (name: string) => BigInt(new RegExp(`^${name}: +(\\d+)`, 'm').exec(text)![1]!);
    const block = field('Block size');
    const [found] = kdisk(['df', '--json', plain]).json<DfResult>().fileSystems;
    const [size, used, available] = [found!.size, found!.used, found!.available].map(BigInt) as [bigint, bigint, bigint];
    expect(size - used).toBe(field('Free blocks') * block);
    // ext4 keeps some more for itself when it is mounted.
    expect(available).toBeLessThanOrEqual(size - used - field('Reserved block count') * block);
    expect(available).toBeGreaterThan(((size - used) * 8n) / 10n);
    expect([found!.inodes, found!.inodesFree].map(BigInt)).toEqual([field('Inode count'), field('Free inodes')]);
    expect(found).toMatchObject({image: plain, selector: '@disk', type: 'ext4', label: 'root'});
  });

  it.for(Object.entries(FIXTURES))('says of %s what df(1) says', ([name, type], {skip}) => {
    const reason = noLoopMount(type);
    skip(reason !== '', reason);
    const {image} = fixtures.get(name)!;
    using mount = loopMount(type, image, 'ro', ...(type === 'xfs' ? ['norecovery'] : []));
    const judge = (...words: string[]) => tool('df', [...words, mount.path]).split('\n')[1]!.trim().split(/ +/);
    const cells = (...words: string[]) => kdisk(['df', ...words, image]).stdout.split('\n')[1]!.split(/ +/).slice(1, 6);
    // What btrfs could still allocate depends on whether it may write to the device.
    const sure = type === 'btrfs' ? 3 : 5;
    expect(cells().slice(0, sure)).toEqual(judge('-k', '--output=fstype,size,used,avail,pcent').slice(0, sure));
    expect(cells('-h').slice(0, sure)).toEqual(judge('-h', '--output=fstype,size,used,avail,pcent').slice(0, sure));
    expect(cells('-i')).toEqual(judge('--output=fstype,itotal,iused,iavail,ipcent'));
  });

  it('has a line for each file system, or for the one that is named', () => {
    const lines = kdisk(['df', '-h', gpt]).stdout.split('\n');
    expect(lines[0]).toMatch(/^WHERE +TYPE +SIZE +USED +AVAIL +USE% +LABEL$/);
    expect(lines.slice(1).map((line) => line.replace(/ +/g, ' ').split(' ').slice(0, 2))).toEqual([
      [`${gpt}@p1`, 'vfat'],
      [`${gpt}@p2`, 'ext4'],
      [''],
    ]);
    const one = kdisk(['df', `${gpt}@label=root`]).stdout;
    expect(one.split('\n')).toHaveLength(3);
    expect(kdisk(['df', `${gpt}@p2:/etc`]).stdout).toBe(one);
    expect(kdisk(['df', '--image', `${gpt}@p2`]).stdout).toBe(one);
    expect(one).toMatch(/^WHERE +TYPE +KIB /);
  });

  it('goes on with other images', () => {
    const garbage = join(directory, 'garbage.img');
    writeFileSync(garbage, 'x'.repeat(100_000));
    const {stdout, stderr, status} = kdisk(['df', garbage, plain, join(directory, 'none')]);
    expect(stdout.split('\n')).toHaveLength(3);
    expect(stderr).toMatch(/garbage\.img: neither a partition table[^\n]*\nkdisk: [^\n]*none: no such image\n$/);
    expect(status).toBe(1);
    expect(kdisk(['df']).stderr).toMatch(/^kdisk: which image\?/);
  });
});
