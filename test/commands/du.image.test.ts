// SPDX-License-Identifier: GPL-2.0-only
// kdisk du, judged by the referee's manifest and by du(1) on a loop mount.
import {execFileSync} from 'node:child_process';
import {describe, expect, it} from 'vitest';
import type {DuResult} from '../../src/commands/du.ts';
import {makeDisks} from '../support/disk.ts';
import {makeFixtures} from '../support/fixtures.ts';
import {kdisk} from '../support/kdisk.ts';
import {loopMount, noLoopMount} from '../support/loop.ts';
import {hasTools, temporaryDirectory, toolEnvironment} from '../support/tools.ts';

const {plain, gpt} = makeDisks(temporaryDirectory());
const FIXTURES = {'ext4-1k': 'ext4', 'xfs-v5': 'xfs', 'btrfs-zstd': 'btrfs', 'f2fs-plain': 'f2fs'};
const fixtures = makeFixtures(Object.keys(FIXTURES));

describe.each(Object.entries(FIXTURES))('of %s, kdisk du', (name, type) => {
  const fixture = fixtures.get(name)!;

  it('adds up what the referee saw', () => {
    const inodes = new Map([...fixture.manifest().values()].map((entry) => [entry.ino, BigInt(entry.blocks!) * 512n]));
    const total = [...inodes.values()].reduce((sum, bytes) => sum + bytes, 0n);
    const {entries, problems} = kdisk(['du', '-s', '--json', fixture.image]).json<DuResult>();
    expect([problems, entries.map(({path, bytes}) => [path, BigInt(bytes)])]).toEqual([[], [['/', total]]]);
  });

  it('prints what du(1) prints on a loop mount', ({skip}) => {
    const reason = noLoopMount(type) || (hasTools('du') ? '' : 'needs du');
    skip(reason !== '', reason);
    using mount = loopMount(type, fixture.image, 'ro', ...(type === 'xfs' ? ['norecovery'] : []));
    for (const words of [[], ['-a'], ['-s'], ['-h'], ['-d', '1'], ['-a', '-d', '2'], ['-sh']]) {
      const judge = execFileSync('du', [...words, '.'], {cwd: mount.path, env: toolEnvironment, maxBuffer: 1 << 28});
      const lines = judge.toString('latin1').replaceAll(/\t\.\/?/g, '\t/');
      const {bytes, stderr, status} = kdisk(['du', ...words, fixture.image]);
      expect([words, stderr, status]).toEqual([words, '', 0]);
      expect([words, ...bytes.toString('latin1').split('\n').sort()]).toEqual([words, ...lines.split('\n').sort()]);
    }
  });
});

describe('kdisk du', () => {
  it('puts directories after what is in them', () =>
    expect(kdisk(['du', `${plain}:/deep`]).stdout.replaceAll(/^\d+/gm, '#')).toBe('#\t/deep/a/b\n#\t/deep/a\n#\t/deep\n'));

  it('counts content with --apparent-size, holes included', () => {
    const bytes = (...words: string[]) => Number(kdisk(['du', '--json', ...words]).json<DuResult>().entries[0]!.bytes);
    expect(bytes(`${plain}:/sparse`)).toBe(0);
    expect(bytes('--apparent-size', `${plain}:/sparse`)).toBe(64 * 1024 * 1024);
    expect(kdisk(['du', '-h', '--apparent-size', `${plain}:/sparse`]).stdout).toBe('64M\t/sparse\n');
    expect(bytes('-s', '--apparent-size', `${plain}:/etc`)).toBe(5 + 31 + 10 + 7);
  });

  it('counts a file with two names once, in all targets together', () => {
    const {entries} = kdisk(['du', '--json', '-a', `${plain}:/hard`, `${plain}:/etc`]).json<DuResult>();
    expect(entries.map(({path}) => path)).not.toContain('/etc/hostname');
    expect(entries[0]!.path).toBe('/hard');
  });

  it('takes patterns, several images, and says what is missing', () => {
    expect(kdisk(['du', '-s', `${plain}:/e*`]).stdout.replaceAll(/^\d+/gm, '#')).toBe('#\t/empty\n#\t/etc\n');
    const {stdout, stderr, status} = kdisk(['du', '-s', `${plain}:/etc`, `${gpt}@p1`, `${gpt}@p2:/nope`]);
    expect(stdout.replaceAll(/^\d+/gm, '#')).toBe(`#\t${plain}:/etc\n#\t${gpt}@p1:/\n`);
    expect(stderr).toMatch(/@p2:\/nope: no such file or directory/);
    expect(status).toBe(1);
    expect(kdisk(['du', '-d', 'x', plain]).stderr).toBe('kdisk: --depth wants a number of levels, not "x"\n');
    expect(kdisk(['du', '-sa', plain]).status).toBe(2);
  });
});
