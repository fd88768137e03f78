// SPDX-License-Identifier: GPL-2.0-only
// kdisk find, judged by the referee's manifest and by find(1) on a loop mount.
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {FindResult} from '../../src/commands/find.ts';
import {makeDisks, RAW_NAME} from '../support/disk.ts';
import {makeFixtures} from '../support/fixtures.ts';
import {kdisk} from '../support/kdisk.ts';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {ext4Image, hasTools, temporaryDirectory, tool, toolEnvironment} from '../support/tools.ts';

const directory = temporaryDirectory();
const {plain, gpt} = makeDisks(directory);
const FIXTURES = {'ext4-1k': 'ext4', 'xfs-v5': 'xfs', 'btrfs-zstd': 'btrfs', 'f2fs-plain': 'f2fs', 'squashfs-zstd': 'squashfs'};
const fixtures = makeFixtures(Object.keys(FIXTURES));

/** Paths, each ended by a NUL byte, as text with one character for each byte. */
const paths = (output: Buffer) => output.toString('latin1').split('\0').filter(Boolean);

describe.each(Object.entries(FIXTURES))('of %s, kdisk find', (name, type) => {
  const fixture = fixtures.get(name)!;

  it('sees every entry as the referee does', () => {
    const {matches, problems} = kdisk(['find', '--json', fixture.image]).json<FindResult>();
    expect(problems).toEqual([]);
    const manifest = fixture.manifest();
    expect(matches.length).toBe(manifest.size);
    for (const match of matches) {
      const path = (match.pathBase64 ? Buffer.from(match.pathBase64, 'base64') : Buffer.from(match.path)).subarray(1);
      const entry = manifest.get(path.toString('base64'))!;
      const seen = [match.mode, match.uid, match.gid, match.nlink, match.size, match.inode].map(Number);
      expect([match.path, ...seen]).toEqual([
        match.path,
        Number((entry.mode! & 0o7777).toString(8)),
        entry.uid,
        entry.gid,
        entry.nlink,
        Number(entry.size),
        Number(entry.ino),
      ]);
      if (entry.target !== undefined && !match.linkTargetBase64)
        expect(Buffer.from(match.linkTarget!).toString('base64')).toBe(entry.target);
    }
  });

  it('finds what find(1) finds on a loop mount', {timeout: 180_000}, ({skip}) => {
    const reason = noLoopMount(type) || (hasTools('find') ? '' : 'needs find');
    skip(reason !== '', reason);
    using mount = loopMount(type, fixture.image, 'ro', ...(type === 'xfs' ? ['norecovery'] : []));
    const cases = [
      [],
      ['-type', 'f'],
      ['-type', 'd', '-empty'],
      ['-type', 'b,c,p,s'],
      ['-type', 'l', '-name', '*o*'],
      ['-iname', '*A*'],
      ['-path', '*e*/*l*0'],
      ['-ipath', '*E*/*L*1'],
      ['-size', '0'],
      ['-size', '-1M'],
      ['-size', '+1k', '-type', 'f'],
      ['-size', '5c'],
      ['-size', '2b'],
      ['-size', '+1000w'],
      ['-size', '-3G', '-size', '+100k'],
      ['-perm', '644'],
      ['-perm', '-4000'],
      ['-perm', '/022'],
      ['-perm', '-111', '-type', 'f'],
      ['-links', '+1', '-type', 'f'],
      ['-links', '2'],
      ['-uid', '0', '-gid', '+0'],
      ['-uid', '+0'],
      ['-empty'],
      ['-maxdepth', '0'],
      ['-maxdepth', '1'],
      ['-mindepth', '2', '-maxdepth', '3'],
      ['-mindepth', '90'],
      ['-mtime', '+100'],
      ['-mtime', '-100'],
      ['-mmin', '+100'],
      ['-name', '[[:upper:]]*'],
    ];
    // The tests are the same for all; where the facts come from is not.
    for (const words of type === 'ext4' ? cases : cases.slice(0, 6)) {
      const judge = execFileSync('find', ['.', ...words, '-print0'], {
        cwd: mount.path,
        env: toolEnvironment,
        maxBuffer: 1 << 28,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const expected = paths(judge).map((path) => path.slice(1) || '/');
      const {bytes, stderr, status} = kdisk(['find', fixture.image, ...words, '-print0']);
      expect([words, stderr, status]).toEqual([words, '', 0]);
      // Ten thousand lines of difference would say no more than one.
      expect([words, paths(bytes).sort().join('\n') === expected.sort().join('\n')]).toEqual([words, true]);
    }
    // Equal times are not later.
    const reference = join(mount.path, 'files');
    const judge = paths(execFileSync('find', [mount.path, '-newer', reference, '-print0'], {maxBuffer: 1 << 28}));
    const found = kdisk(['find', fixture.image, '-newer', `${fixture.image}:/files`, '-print0']).bytes;
    expect(paths(found).sort()).toEqual(judge.map((path) => path.slice(mount.path.length) || '/').sort());
    expect(judge.length).toBeGreaterThan(0);
  });
});

describe('kdisk find', () => {
  it('prints paths inside the image, a line each', () => {
    expect(kdisk(['find', `${plain}:/deep`]).stdout).toBe('/deep\n/deep/a\n/deep/a/b\n');
    expect(kdisk(['find', `${plain}:/deep/`, '-mindepth', '1']).stdout).toBe('/deep/a\n/deep/a/b\n');
    expect(kdisk(['find', '--image', plain, ':/etc', '-name', 'os*', '-o']).stderr).toMatch(/^kdisk: -o: all tests/);
    expect(kdisk(['find', '-i', `${gpt}@p2`, '-name', 'os*']).stdout).toBe('/etc/os-release\n');
  });

  it('prints addresses of several images, or when asked', () => {
    const two = kdisk(['find', `${plain}:/etc/fstab`, `${gpt}@p1`, '-name', 'fstab']).stdout;
    expect(two).toBe(`${plain}:/etc/fstab\n${gpt}@p1:/fstab\n`);
    expect(kdisk(['find', plain, '-name', 'fstab', '--addresses']).stdout).toBe(`${plain}:/etc/fstab\n`);
    expect(kdisk(['find', `${plain}:/etc`, `${plain}:/srv`, '-type', 'd']).stdout.split('\n').sort()).toEqual(
      ['', '/etc', '/etc/ssh', '/srv'],
    );
  });

  it('does not follow links, nor fall into loops', () => {
    expect(kdisk(['find', `${plain}:/absolute`]).stdout).toBe('/absolute\n');
    expect(kdisk(['find', `${plain}:/loop`, `${plain}:/broken`]).stdout).toBe('/loop\n/broken\n');
    expect(kdisk(['find', `${plain}:/absolute/`, '-name', 'fstab']).stdout).toBe('/absolute/fstab\n');
  });

  it('goes down further than a path can be long', () => {
    const deep = ext4Image(join(directory, 'deep.img'), 16 * 1024 * 1024);
    const levels = 700;
    const names = Array.from({length: levels}, (_, index) => `level${String(index).padStart(5, '0')}`);
    tool('debugfs', ['-w', '-f', '-', deep], names.map((name) => `mkdir ${name}\ncd ${name}\n`).join(''));
    const {stdout, stderr, status} = kdisk(['find', deep, '-type', 'd']);
    expect([stderr, status]).toEqual(['', 0]);
    const expected = names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
    expect(stdout.trim().split('\n').sort()).toEqual(['/', '/lost+found', ...expected].sort());
    expect(kdisk(['du', deep]).stdout.trim().split('\n')).toHaveLength(levels + 2);
    expect(kdisk(['find', deep, '-mindepth', '600', '-maxdepth', '601']).stdout.trim().split('\n')).toHaveLength(2);
  });

  it('passes on names of any bytes', () => {
    const {bytes} = kdisk(['find', `${plain}:/odd`, '-name', 'raw*', '-print0']);
    expect(bytes).toEqual(Buffer.concat([Buffer.from('/odd/'), RAW_NAME, Buffer.of(0)]));
  });

  it('expands patterns in addresses', () => {
    expect(kdisk(['find', `${plain}:/etc/*s*`, '-maxdepth', '0', '-type', 'f']).stdout).toBe(
      '/etc/fstab\n/etc/hostname\n/etc/os-release\n',
    );
    const none = kdisk(['find', `${plain}:/etc/*x`]);
    expect([none.stderr, none.status]).toEqual([`kdisk: ${plain}:/etc/*x: nothing matches this pattern\n`, 3]);
  });

  it('knows dates, and the time of a file in another image', () => {
    const since = (when: string) => kdisk(['find', `${plain}:/etc`, '-newer', when]).stdout.split('\n').filter(Boolean);
    expect(since('2001-02-03 04:05:05.999999999')).toHaveLength(6);
    expect(since('2001-02-03T04:05:06Z')).not.toContain('/etc/hostname');
    expect(since(`${gpt}@p2:/etc/hostname`)).not.toContain('/etc/hostname');
    expect(since('2200-01-01')).toEqual([]);
  });

  it('goes on after what it cannot find', () => {
    const {stdout, stderr, status} = kdisk(['find', `${plain}:/nope`, `${plain}:/empty`]);
    expect(stdout).toBe('/empty\n');
    expect(stderr).toBe(`kdisk: ${plain}:/nope: no such file or directory; see "kdisk ls ${plain}:/"\n`);
    expect(status).toBe(1);
    expect(kdisk(['find', `${plain}:/empty/x`]).status).toBe(3);
  });

  it.each([
    [['-size', 'big'], '-size wants a size such as 10k, +1M (more) or -2G (less), not "big"'],
    [['-type', 'x'], '-type wants f, d, l, b, c, p, s or several of them with commas, not "x"'],
    [['-perm', 'u+x'], '-perm wants octal digits, such as 644, -4000 (all of these bits) or /022 (any), not "u+x"'],
    [['-user', 'root'], '-user wants a number (names are known to the image only), not "root"'],
    [['-maxdepth', '-1'], '-maxdepth wants a number of levels, not "-1"'],
    [['-newer', 'yesterday'], '-newer wants a file of an image (IMAGE:/path) or a date (2024-01-31 12:00), not "yesterday"'],
    [['-delete'], '-delete: find only looks; to remove what it finds: kdisk find ... --addresses -print0 | xargs -0 kdisk rm'],
  ])('refuses %j', (words, message) => {
    const {stdout, stderr, status} = kdisk(['find', plain, ...words]);
    expect([stdout, stderr, status]).toEqual(['', `kdisk: ${message}\n`, 2]);
  });

  it('asks where to begin', () => expect(kdisk(['find']).stderr).toBe('kdisk: where? kdisk find IMAGE:/path ...\n'));
});
