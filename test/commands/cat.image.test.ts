// SPDX-License-Identifier: GPL-2.0-only
// kdisk cat on a real image.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {describe, expect, it} from 'vitest';
import type {CatResult} from '../../src/commands/cat.ts';
import {BIG, makeDisks} from '../support/disk.ts';
import {kdisk} from '../support/kdisk.ts';
import {temporaryDirectory} from '../support/tools.ts';

const {plain, gpt} = makeDisks(temporaryDirectory());

describe('kdisk cat', () => {
  it('prints files one after the other', () => {
    const {stdout, status} = kdisk(['cat', '-i', plain, ':/etc/hostname', ':/empty', ':/etc/os-release']);
    expect([stdout, status]).toEqual(['host\nNAME=Test\n', 0]);
  });

  it('keeps every byte', () => {
    expect(kdisk(['cat', `${plain}:/boot/initrd.gz`]).bytes.equals(BIG)).toBe(true);
    expect(kdisk(['cat', `${gpt}@p2:/binary`]).bytes).toEqual(Buffer.from([0, 0xff, 0xfe]));
  });

  it('takes patterns', () => {
    expect(kdisk(['cat', `${plain}:/etc/*name`, `${plain}:/[e]mpty`]).stdout).toBe('host\n');
    expect(kdisk(['cat', `${plain}:/odd/ra??`, `${plain}:/odd/e*`]).stdout).toBe('rawescape');
    const {stderr, status} = kdisk(['cat', `${plain}:/etc/*.conf`]);
    expect([stderr, status]).toEqual([`kdisk: ${plain}:/etc/*.conf: nothing matches this pattern\n`, 3]);
  });

  it('follows links within the image only', () => {
    expect(kdisk(['cat', `${plain}:/link`, `${plain}:/absolute/hostname`, `${plain}:/../../etc/hostname`]).stdout).toBe(
      'host\n'.repeat(3),
    );
  });

  it.each([
    ['/etc', 2, /is a directory; "kdisk ls" lists it/],
    ['/fifo', 2, /is a fifo/],
    ['/nope', 3, /no such file or directory/],
    ['/broken', 3, /no such file or directory/],
    ['/loop', 3, /too many levels of symbolic links/],
    ['/etc/hostname/x', 3, /not a directory/],
  ])('refuses %s', (path, exitCode, message) => {
    const {stdout, stderr, status} = kdisk(['cat', `${plain}:${path}`]);
    expect([stdout, status]).toEqual(['', exitCode]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('goes on after a failure', () => {
    const {stdout, status} = kdisk(['cat', `${plain}:/nope`, `${plain}:/etc/hostname`]);
    expect([stdout, status]).toEqual(['host\n', 1]);
  });

  it('gives text or base64 to programs', () => {
    const {files} = kdisk(['cat', '--json', '-i', plain, ':/etc/hostname', ':/binary']).json<CatResult>();
    expect(files).toEqual([
      {target: ':/etc/hostname', size: 5, text: 'host\n'},
      {target: ':/binary', size: 3, base64: 'AP/+'},
    ]);
  });

  it('ends quietly when nobody reads on', async () => {
    const child = spawn(process.execPath, ['bin/run.js', 'cat', `${plain}:/sparse`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (text) => (stderr += text));
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(stderr).toBe('');
  });

  it.runIf(process.platform === 'linux')('says when standard output takes no more', async () => {
    const {openSync} = await import('node:fs');
    const child = spawn(process.execPath, ['bin/run.js', 'cat', `${plain}:/etc/hostname`], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    let stderr = '';
    child.stderr!.on('data', (text) => (stderr += text));
    expect(await once(child, 'close')).toEqual([7, null]);
    expect(stderr).toBe('kdisk: standard output: no space left on device\n');
  });
});
