// SPDX-License-Identifier: GPL-2.0-only
// kdisk info on real images.
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import type {InfoJson} from '../../src/commands/info.ts';
import {makeDisks} from '../support/disk.ts';
import {kdisk} from '../support/kdisk.ts';
import {temporaryDirectory} from '../support/tools.ts';

const {plain, gpt} = makeDisks(temporaryDirectory());
const MIB = 1024 * 1024;

describe('kdisk info', () => {
  it('shows partitions and what they hold', () => {
    const {stdout, status, stderr} = kdisk(['info', gpt]);
    expect([status, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n').map((line) => line.replaceAll(/ +/g, ' '));
    expect(lines[0]).toMatch(/disk\.img: 80 MiB \(83886080 bytes\), GPT partition table, id [0-9a-f-]{36}$/);
    expect(lines[2]).toBe('WHERE START SIZE TYPE NAME HOLDS LABEL UUID USED');
    expect(lines[3]).toMatch(
      /^@p1 1\.0M 16M EFI system EFI System vfat \(FAT16\) EFI [0-9A-F]{4}-[0-9A-F]{4} \S+K \(1%\)$/,
    );
    expect(lines[4]).toMatch(/^@p2 17M 48M Linux root ext4 root [0-9a-f-]{36} \S+M \(\d+%\)$/);
    expect(lines[5]).toMatch(/^@p3 65M 4\.0M Linux swap swap [0-9a-f-]{36}$/);
    expect(lines[6]).toBe('@p4 69M 4.0M Linux -');
  });

  it('tells programs the same, in bytes', () => {
    const info = kdisk(['info', '--json', gpt]).json<InfoJson>();
    expect(info).toMatchObject({size: 80 * MIB, partitionTable: {kind: 'gpt'}, problems: []});
    expect(info.places).toHaveLength(4);
    expect(info.places[1]).toMatchObject({
      selector: '@p2',
      start: 17 * MIB,
      size: 48 * MIB,
      typeName: 'Linux',
      name: 'root',
      content: {type: 'ext4', usage: 'filesystem', label: 'root', size: 48 * MIB},
      usage: {total: expect.any(Number), used: expect.any(Number), available: expect.any(Number)},
    });
    expect(info.places[3]).toMatchObject({content: null, usage: null});
  });

  it('shows an image without a table', () => {
    const info = kdisk(['info', '--json', plain]).json<InfoJson>();
    expect(info).toMatchObject({partitionTable: null, places: [{selector: '@disk', content: {type: 'ext4'}}]});
    expect(kdisk(['info', plain]).stdout).toContain('no partition table');
  });

  it('shows one place when told which', () => {
    expect(
      kdisk(['info', '--json', `${gpt}@p2`])
        .json<InfoJson>()
        .places.map(({selector}) => selector),
    ).toEqual(['@p2']);
  });

  it('does not change the image', () => {
    const digest = () => createHash('sha256').update(readFileSync(gpt)).digest('hex');
    const before = digest();
    kdisk(['info', gpt]);
    expect(digest()).toBe(before);
  });

  it('shows the log of the kernel when asked', () => {
    const {stdout, stderr} = kdisk(['info', '--verbose', plain]);
    expect(stderr).toMatch(/EXT4-fs \(vda\): mounted filesystem/);
    expect(stdout).not.toContain('EXT4-fs');
  });
});
