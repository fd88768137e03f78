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
      ['--image', `${gpt}@p2`, ':/etc'],
      ['--image', gpt, '@p2:/etc'],
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

  it('sorts by time and size, either way round, by name among equals', () => {
    const names = (...words: string[]) => kdisk(['ls', ...words]).stdout.trim().split('\n');
    expect(names('-S', `${plain}:/etc`)).toEqual(['ssh', 'fstab', 'os-release', 'hostname']);
    expect(names('-Sr', `${plain}:/etc`)).toEqual(['hostname', 'os-release', 'fstab', 'ssh']);
    const byTime = names('-t', `${plain}:/etc`);
    // Made in this order, but maybe in one second.
    expect(byTime.slice(-2)).toEqual(['hostname', 'ssh']);
    expect(names('-tr', `${plain}:/etc`)).toEqual(byTime.toReversed());
    expect(names('-r', `${plain}:/deep`, `${plain}:/etc/hostname`)[0]).toBe(`${plain}:/etc/hostname`);
    expect(names('-d', '-S', `${plain}:/empty`, `${plain}:/binary`)).toEqual([`${plain}:/binary`, `${plain}:/empty`]);
    expect(kdisk(['ls', '-t', '-S', plain]).status).toBe(2);
  });

  it('shows inode numbers with -i, as debugfs does', () => {
    const judge = tool('debugfs', ['-R', 'ls -p /etc', plain]);
    const expected = [...judge.matchAll(/^\/(\d+)\/\d+\/\d+\/\d+\/([^/.]+)\//gm)].map(([, inode, name]) => `${inode} ${name}`);
    const {stdout} = kdisk(['ls', '-i', '--image', plain, ':/etc']);
    expect(stdout.trim().split('\n').map((line) => line.trim()).sort()).toEqual(expected.sort());
  });

  it('says what -i does here to those who mean --image', () => {
    const {stderr, status} = kdisk(['ls', '-i', plain, ':/etc']);
    expect(stderr).toBe(`kdisk: ":/etc" names no image; ls shows inode numbers for -i, so here it is --image ${plain}\n`);
    expect(status).toBe(2);
  });

  it('lists what a pattern matches', () => {
    const {stdout, status} = kdisk(['ls', '-d', `${plain}:/e*`, `${plain}:/l[io]*k`]);
    expect(stdout).toBe(`${plain}:/empty\n${plain}:/etc\n${plain}:/link\n`);
    expect(status).toBe(0);
    expect(kdisk(['ls', '-d', `${plain}:/odd/raw*`]).bytes).toEqual(
      Buffer.concat([Buffer.from(`${plain}:/odd/`), RAW_NAME, Buffer.from('\n')]),
    );
    const none = kdisk(['ls', `${plain}:/x*`, `${plain}:/empty`]);
    expect([none.stdout, none.stderr, none.status]).toEqual([
      `${plain}:/empty\n`,
      `kdisk: ${plain}:/x*: nothing matches this pattern\n`,
      1,
    ]);
    expect(kdisk(['ls', `${plain}:/x?y`]).status).toBe(3);
  });

  it('draws a tree', () => {
    expect(kdisk(['ls', '--tree', `${plain}:/etc`]).stdout).toBe(
      [`${plain}:/etc`, '├── fstab', '├── hostname', '├── os-release', '└── ssh', '    └── key', '', '1 directory, 4 files', ''].join('\n'),
    );
    const all = kdisk(['ls', '--tree', '-a', plain]).stdout.split('\n');
    expect(all).toContain('├── .hidden');
    expect(all).toContain('├── absolute -> /etc');
    expect(all).toContain('│       └── key');
    expect(all).toContain('└── srv');
    // Everything that is there, less the root.
    const found = kdisk(['find', plain, '-mindepth', '1', '-type', 'd', '-print0']).stdout.split('\0').length - 1;
    const others = kdisk(['find', plain, '-type', 'f,l,p', '-print0']).stdout.split('\0').length - 1;
    expect(all.at(-2)).toBe(`${found} directories, ${others} files`);
    expect(all).toHaveLength(1 + found + others + 3);
    expect(kdisk(['ls', '--tree', '-Sr', `${plain}:/etc`]).stdout.split('\n')[1]).toBe('├── hostname');
  });

  it('paints when told to, and never against NO_COLOR', () => {
    const painted = '\u001b[34m\u001b[1ma\u001b[22m\u001b[39m\n';
    expect(kdisk(['ls', '--color=always', `${plain}:/deep`]).stdout).toBe(painted);
    expect(kdisk(['ls', '--color', `${plain}:/deep`]).stdout).toBe(painted);
    expect(kdisk(['ls', `${plain}:/deep`]).stdout).toBe('a\n');
    const raw = kdisk(['ls', '--color=always', '-d', `${plain}:/odd/raw*`]).bytes;
    expect(raw.includes(RAW_NAME)).toBe(true);
    expect(kdisk(['ls', '--color=sometimes', plain]).stderr).toMatch(/Expected --color=sometimes to be one of: auto, always, never/);
  });

  it.runIf(hasTools('script'))('leaves a terminal uncoloured with NO_COLOR or --color=never', () => {
    const run = (environment: string, words: string) =>
      tool('script', ['-qec', `env -u CI -u FORCE_COLOR ${environment} TERM=xterm-256color "${process.execPath}" bin/run.js ls ${words} ${plain}:/deep`, '/dev/null']);
    expect(run('-u NO_COLOR', '')).toContain('\u001b[');
    expect(run('NO_COLOR=1', '')).toBe('a\r\n');
    expect(run('-u NO_COLOR', '--color=never')).toBe('a\r\n');
    expect(run('NO_COLOR=1', '--color=always')).toContain('\u001b[');
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
