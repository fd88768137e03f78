// SPDX-License-Identifier: GPL-2.0-only
// kdisk ls on a real image.
import {describe, expect, it} from 'vitest';
import type {LsResult} from '../../src/commands/ls.ts';
import {ESCAPE_NAME, makeDisks, RAW_NAME} from '../support/disk.ts';
import {kdisk} from '../support/kdisk.ts';
import {hasTools, temporaryDirectory, tool} from '../support/tools.ts';

const {plain, gpt} = makeDisks(temporaryDirectory());

describe('kdisk ls', () => {
  it('prints the names of the root directory, sorted by bytes', () => {
    const {stdout, stderr, status} = kdisk(['ls', plain]);
    expect(stdout).toBe(
      [
        'absolute',
        'binary',
        'boot',
        'broken',
        'deep',
        'empty',
        'etc',
        'fifo',
        'hard',
        'home',
        'link',
        'loop',
        'lost+found',
        'many',
        'odd',
        'sparse',
        'srv',
        '',
      ].join('\n'),
    );
    expect([stderr, status]).toEqual(['', 0]);
  });

  it('shows hidden names with -a, and none of "." and ".."', () => {
    expect(kdisk(['ls', '-a', plain]).stdout.split('\n').slice(0, 2)).toEqual(['.hidden', 'absolute']);
  });

  it('tells with -l what the inode says', () => {
    const lines = kdisk(['ls', '-l', plain]).stdout.split('\n');
    const line = (name: string) => lines.find((one) => one.includes(` ${name}`))?.replaceAll(/ +/g, ' ');
    expect(line('hard')).toBe('-rw-r--r-- 2 0 0 5 2001-02-03 04:05 hard');
    expect(line('link')).toBe('lrwxrwxrwx 1 0 0 12 2001-02-03 04:05 link -> etc/hostname');
    expect(line('fifo')).toMatch(/^prw/);
    expect(line('sparse')).toContain(' 67108864 ');
    expect(kdisk(['ls', '-lh', `${plain}:/sparse`]).stdout).toContain(' 64M ');
  });

  it('finds a partition by number, label and --image', () => {
    for (const words of [
      [`${gpt}@p2:/etc`],
      [`${gpt}@label=root:/etc`],
      ['-i', `${gpt}@p2`, ':/etc'],
      ['-i', gpt, '@p2:/etc'],
    ]) {
      expect(kdisk(['ls', ...words]).stdout).toBe('fstab\nhostname\nos-release\nssh\n');
    }
    expect(kdisk(['ls', `${gpt}@p1`]).stdout).toBe('fstab\n');
  });

  it('goes down with -R, and heads each directory with what can be pasted', () => {
    const {stdout} = kdisk(['ls', '-R', `${plain}:/deep`]);
    expect(stdout).toBe(`${plain}:/deep:\na\n\n${plain}:/deep/a:\nb\n\n${plain}:/deep/a/b:\n`);
  });

  it('lists files before directories, and reports what is missing', () => {
    const {stdout, stderr, status} = kdisk(['ls', `${plain}:/deep`, `${plain}:/nope`, `${plain}:/empty`]);
    expect(stdout).toBe(`${plain}:/empty\n\n${plain}:/deep:\na\n`);
    expect(stderr).toBe(`kdisk: ${plain}:/nope: no such file or directory; see "kdisk ls ${plain}:/"\n`);
    expect(status).toBe(1);
  });

  it('follows a link to a directory, shows it with -d, and a broken one in any case', () => {
    expect(kdisk(['ls', `${plain}:/absolute`]).stdout).toBe('fstab\nhostname\nos-release\nssh\n');
    expect(kdisk(['ls', '-ld', `${plain}:/absolute`]).stdout).toMatch(/^l.* -> \/etc\n$/);
    expect(kdisk(['ls', `${plain}:/broken`]).stdout).toBe(`${plain}:/broken\n`);
    expect(kdisk(['ls', '-d', `${plain}:/etc`]).stdout).toBe(`${plain}:/etc\n`);
  });

  it('reads a directory of many blocks', () => {
    const names = kdisk(['ls', `${plain}:/many`])
      .stdout.trim()
      .split('\n');
    expect(names).toHaveLength(1500);
    const unsorted = kdisk(['ls', '-U', `${plain}:/many`])
      .stdout.trim()
      .split('\n');
    expect(unsorted).not.toEqual(names);
    expect(unsorted.sort()).toEqual(names);
  });

  it('passes names through a pipe byte by byte', () => {
    const names = kdisk(['ls', `${plain}:/odd`]).bytes;
    expect(names).toEqual(Buffer.concat([Buffer.from(`${ESCAPE_NAME}\n`), RAW_NAME, Buffer.from('\nünï 日本\n')]));
  });

  it.runIf(hasTools('script'))('quotes and paints on a terminal', () => {
    // Whatever the runner of the tests says about colours, this is about a terminal that has them.
    const clean = 'env -u CI -u NO_COLOR -u FORCE_COLOR TERM=xterm-256color';
    const command = `stty cols 80; ${clean} "${process.execPath}" bin/run.js ls ${plain}:/odd ${plain}:/deep`;
    const typescript = tool('script', ['-qec', command, '/dev/null']);
    expect(typescript).toContain("'esc'$'\\033''[31m'");
    expect(typescript).toContain("'raw'$'\\377'");
    expect(typescript).toContain('\u001b[34m\u001b[1ma\u001b[22m\u001b[39m');
  });

  it('gives the same to programs, with the bytes of odd names', () => {
    const {listings, problems} = kdisk(['ls', '--json', `${plain}:/odd`, `${plain}:/link`]).json<LsResult>();
    expect(problems).toEqual([]);
    expect(listings[0]!.entries[0]).toMatchObject({type: 'file', size: 5, mtime: '2001-02-03T04:05:06.000000000Z'});
    expect(listings[1]!.entries.map(({name, nameBase64}) => [name, nameBase64])).toEqual([
      [ESCAPE_NAME, undefined],
      ['raw\ufffd', RAW_NAME.toString('base64')],
      ['ünï 日本', undefined],
    ]);
    const missing = kdisk(['ls', '--json', `${plain}:/nope`]);
    expect(missing.json<LsResult>().problems).toMatchObject([{code: 'ENOENT'}]);
    expect([missing.status, missing.stderr]).toEqual([3, '']);
  });
});
