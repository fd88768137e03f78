// SPDX-License-Identifier: GPL-2.0-only
// kdisk stat, judged by debugfs, and by stat(1) and lsattr on a loop mount.
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {StatFile, StatResult} from '../../src/commands/stat.ts';
import {makeDisks, RAW_NAME} from '../support/disk.ts';
import {makeFixtures} from '../support/fixtures.ts';
import {kdisk} from '../support/kdisk.ts';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {hasTools, temporaryDirectory, tool} from '../support/tools.ts';

const {plain} = makeDisks(temporaryDirectory());
const FIXTURES = {'ext4-4k': 'ext4', 'xfs-v5': 'xfs', 'btrfs-zstd': 'btrfs', 'f2fs-plain': 'f2fs'};
const fixtures = makeFixtures(Object.keys(FIXTURES));

/** What debugfs says of a path, by its own field names. */
function debugfs(image: string, path: string): Record<string, string> {
  const text = tool('debugfs', ['-R', `stat "${path}"`, image]);
  const fields = [...text.matchAll(/(Inode|Mode|Flags|User|Group|Size|Links|Blockcount|[acm]time|crtime): +(\S+)/g)];
  // The size of a fragment, a thing of the past, comes later.
  return Object.fromEntries(fields.map(([, name, value]) => [name!, value!]).reverse());
}

/** "0x65936b3d:0f3c4f5c" of debugfs: seconds, and nanoseconds above two bits of more seconds. */
function time(text: string): string {
  const [seconds, extra] = text.split(':').map((part) => parseInt(part, 16)) as [number, number];
  const ns = String(extra >>> 2).padStart(9, '0');
  const signed = (seconds | 0) + (extra & 3) * 2 ** 32;
  return new Date(signed * 1000).toISOString().replace('.000Z', `.${ns}Z`);
}

/** Of all that is directly in a directory of an image. */
function statAll(image: string, pattern: string): StatFile[] {
  const {files, problems} = kdisk(['stat', '--json', `${image}:${pattern}`]).json<StatResult>();
  expect(problems).toEqual([]);
  return files;
}

describe('kdisk stat', () => {
  it('says what debugfs says', () => {
    const {image} = fixtures.get('ext4-4k')!;
    const files = ['/*', '/files/*', '/special/*', '/times/*', '/modes/*', '/links/*'].flatMap((pattern) => statAll(image, pattern));
    expect(files.length).toBeGreaterThan(50);
    for (const file of files.filter(({path}) => !/["\\\n]/.test(path))) {
      const judge = debugfs(image, file.path);
      expect([file.path, file.inode, file.mode, file.nlink, file.uid, file.gid, file.flagBits ?? parseInt(judge.Flags!, 16)]).toEqual([
        file.path,
        Number(judge.Inode),
        parseInt(judge.Mode!, 8).toString(8).padStart(4, '0'),
        Number(judge.Links),
        // debugfs takes numbers above 2^31 for negative ones.
        Number(judge.User) >>> 0,
        Number(judge.Group) >>> 0,
        // The rest is the file system's own business: of a huge file, or one with its attributes in an inode.
        parseInt(judge.Flags!, 16) & 0x7ff9bfff & ~0x240000,
      ]);
      expect([file.path, file.mtime, file.ctime, file.btime]).toEqual([
        file.path,
        time(judge.mtime!),
        time(judge.ctime!),
        time(judge.crtime!),
      ]);
      if (!/device/.test(file.type)) expect([file.size, file.blocks]).toEqual([Number(judge.Size), Number(judge.Blockcount)]);
    }
  });

  it.for(Object.entries(FIXTURES))('says of %s what stat(1) and lsattr say', ([name, type], {skip}) => {
    const reason = noLoopMount(type) || (hasTools('stat', 'lsattr') ? '' : 'needs stat and lsattr');
    skip(reason !== '', reason);
    const {image} = fixtures.get(name)!;
    using mount = loopMount(type, image, 'ro', ...(type === 'xfs' ? ['norecovery'] : []));
    const files = ['/*', '/files/*', '/special/*', '/times/*', '/modes/*', '/links/*'].flatMap((pattern) => statAll(image, pattern));
    expect(files.length).toBeGreaterThan(50);
    for (const file of files.filter(({pathBase64}) => !pathBase64)) {
      const there = join(mount.path, file.path);
      const judge = tool('stat', ['-c', '%i %04a %h %u %g %s %b %.9X %.9Y %.9Z %t %T', there]).trim().split(' ');
      const ns = (text: string) => BigInt(text.replace('.', ''));
      const iso = (text: string) => (BigInt(Date.parse(`${text.slice(0, 19)}Z`)) / 1000n) * 1_000_000_000n + BigInt(text.slice(-10, -1));
      const {inode, mode, nlink, uid, gid, size, blocks, atime, mtime, ctime} = file;
      const device = /device/.test(file.type) ? [file.major!.toString(16), file.minor!.toString(16)] : ['0', '0'];
      expect([file.path, ...[inode, mode, nlink, uid, gid, size, blocks].map(String), ...device]).toEqual([
        file.path,
        ...judge.slice(0, 7),
        ...judge.slice(10),
      ]);
      expect([atime, mtime, ctime].map((text) => iso(text!))).toEqual(judge.slice(7, 10).map(ns));
      if (file.type !== 'file' && file.type !== 'directory') continue;
      const letters = tool('lsattr', ['-d', '--', there]).split(' ')[0]!.replaceAll('-', '');
      expect([file.path, file.flags]).toEqual([file.path, letters]);
    }
  });

  it('prints a heading, and a line for each subject', () => {
    const {stdout, stderr, status} = kdisk(['stat', `${plain}:/link`, `${plain}:/hard`]);
    expect([stderr, status]).toEqual(['', 0]);
    const lines = stdout.replaceAll(/ (\d+,|\d{4}-[^\n]*)/g, ' #').split('\n');
    expect(lines.slice(0, 8)).toEqual([
      `${plain}:/link`,
      '  type    symlink',
      '  target  etc/hostname',
      '  size    12 bytes, 0 blocks of 512 bytes',
      '  inode   # 1 link',
      '  mode    0777 lrwxrwxrwx',
      '  owner   0:0',
      '  access  #',
    ]);
    expect(stdout).toContain('  modify  2001-02-03 04:05:06.000000000 +0000\n');
    expect(stdout).toMatch(new RegExp(`^${plain}:/hard\n  type    file\n  size    5 bytes, \\d+ blocks of 512 bytes\n`, 'm'));
  });

  it('follows links with -L only', () => {
    const type = (...words: string[]) => kdisk(['stat', '--json', ...words]).json<StatResult>().files[0]?.type;
    expect(type(`${plain}:/absolute`)).toBe('symlink');
    expect(type('-L', `${plain}:/absolute`)).toBe('directory');
    const broken = kdisk(['stat', '-L', `${plain}:/broken`, `${plain}:/loop`]);
    expect(broken.stderr.split('\n').map((line) => line.replace(/.*:\/\w+: /, ''))).toEqual([
      expect.stringMatching(/^no such file or directory/),
      expect.stringMatching(/^too many (levels of )?symbolic links/),
      '',
    ]);
    expect(broken.status).toBe(3);
  });

  it('names extended attributes', () => {
    const {files} = kdisk(['stat', '--json', `${fixtures.get('ext4-4k')!.image}:/xattrs/*`]).json<StatResult>();
    expect(files.flatMap(({xattrs}) => xattrs).filter((name) => name.startsWith('user.')).length).toBeGreaterThan(3);
  });

  it('gives the bytes of odd names', () => {
    const {files} = kdisk(['stat', '--json', `${plain}:/odd/raw?`]).json<StatResult>();
    expect(files.map(({pathBase64}) => pathBase64)).toEqual([Buffer.concat([Buffer.from('/odd/'), RAW_NAME]).toString('base64')]);
    expect(kdisk(['stat', `${plain}:/odd/raw?`]).bytes.subarray(0, plain.length + 11)).toEqual(
      Buffer.concat([Buffer.from(`${plain}:/odd/`), RAW_NAME, Buffer.from('\n')]),
    );
  });
});
