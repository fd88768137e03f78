// SPDX-License-Identifier: GPL-2.0-only
// kdisk info on real images, and on things that are none.
import {createHash} from 'node:crypto';
import {closeSync, copyFileSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {InfoJson} from '../../src/commands/info.ts';
import {makeDisks} from '../support/disk.ts';
import {kdisk} from '../support/kdisk.ts';
import {emptyImage, hasTools, temporaryDirectory, tool} from '../support/tools.ts';

const directory = temporaryDirectory();
const {plain, gpt} = makeDisks(directory);
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

const file = (name: string, content: string | Buffer) => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

/** A copy of the ext4 image with something written over it. */
function damaged(name: string, at: number, bytes: Buffer): string {
  const path = join(directory, name);
  copyFileSync(plain, path);
  const fd = openSync(path, 'r+');
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
  return path;
}

function truncated(): string {
  const path = join(directory, 'truncated.img');
  copyFileSync(plain, path);
  truncateSync(path, 5 * MIB);
  return path;
}

/** With bit 31 of the incompatible features, which no kernel knows. */
function fromTheFuture(): string {
  const path = join(directory, 'feature.img');
  copyFileSync(plain, path);
  tool('debugfs', ['-w', '-R', 'set_super_value feature_incompat 0x80000000', path]);
  return path;
}

const bad: [what: string, words: () => string[], exitCode: number, message: RegExp][] = [
  ['nothing there', () => ['info', join(directory, 'none.img')], 3, /no such image$/m],
  ['a selector of another tool', () => ['info', `${gpt}@2`], 3, /it is written @p1/],
  ['an empty file', () => ['info', file('empty.img', '')], 6, /is empty/],
  ['one byte', () => ['ls', file('byte.img', 'x')], 6, /is empty|neither/],
  [
    'zeroes',
    () => ['info', emptyImage(join(directory, 'zero.img'), MIB)],
    6,
    /neither a partition table nor a known file system/,
  ],
  ['text', () => ['ls', file('text.img', 'not a disk\n'.repeat(1000))], 6, /neither a partition table/],
  ['a directory', () => ['ls', directory], 2, /is a directory, not a disk image/],
  [
    'a partition that is not there',
    () => ['ls', `${gpt}@p9`],
    3,
    /nothing that is @p9; it holds .*@p1:\/ \(vfat "EFI"\)/,
  ],
  ['a partition of nothing known', () => ['ls', `${gpt}@p4`], 6, /no known file system in partition 4/],
  ['swap', () => ['ls', `${gpt}@p3`], 6, /swap space/],
  ['a choice of two', () => ['ls', gpt], 2, /choose one: .*@p1:\/ .*@p2:\/ \(ext4 "root"\)/],
  [
    'damaged group descriptors',
    () => ['ls', damaged('groups.img', 2048, Buffer.alloc(1024, 0xa5))],
    4,
    /the kernel says: EXT4-fs.*needs repair/,
  ],
  ['an unknown feature', () => ['ls', fromTheFuture()], 6, /the kernel says: EXT4-fs.*does not support/],
  ['an image that was cut', () => ['ls', truncated()], 4, /cut short: 48 MiB of file system in 5 MiB/],
  ['no image at all', () => ['info'], 2, /which image\?/],
  ['too little memory', () => ['ls', '--memory', '1M', plain], 2, /--memory wants/],
  ['an unknown flag', () => ['ls', '--colour', plain], 2, /--colour.*--help/],
  ['an unknown command', () => ['mount', plain], 2, /no command "mount"/],
];

describe('bad input', () => {
  it.each(bad)('%s', (_, words, exitCode, message) => {
    const {stdout, stderr, status} = kdisk(words());
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect([stdout, status]).toEqual(['', exitCode]);
  });

  it.runIf(hasTools('cryptsetup'))('an encrypted image', () => {
    const image = emptyImage(join(directory, 'luks.img'), 20 * MIB);
    tool(
      'cryptsetup',
      ['luksFormat', '-q', '--type=luks2', '--pbkdf=pbkdf2', '--pbkdf-force-iterations=1000', image, '-'],
      'pw',
    );
    expect(kdisk(['ls', image])).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('is encrypted (crypto_LUKS)'),
    });
    expect(kdisk(['info', image])).toMatchObject({status: 0, stdout: expect.stringContaining('crypto_LUKS')});
  });

  it.runIf(process.getuid?.() === 0)('an image that may not be read', () => {
    const image = emptyImage(join(directory, 'private.img'), MIB);
    tool('chmod', ['600', image]);
    tool('chmod', ['755', directory]);
    const {status, stderr} = kdisk(['info', image], {uid: 65534});
    expect(stderr).toMatch(/no permission to read it/);
    expect(status).toBe(7);
  });
});
