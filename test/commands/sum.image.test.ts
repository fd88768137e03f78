// SPDX-License-Identifier: GPL-2.0-only
// kdisk sum, judged by sha256sum and its sisters on trees that debugfs took out of the image.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {SumResult} from '../../src/commands/sum.ts';
import {BIG, makeDisks} from '../support/disk.ts';
import {kdisk} from '../support/kdisk.ts';
import {ext4Image, hasTools, temporaryDirectory, tool, toolEnvironment} from '../support/tools.ts';

const directory = temporaryDirectory();
const {plain} = makeDisks(directory);

/** Names that a line of sha256sum cannot have as they are, and sizes around those of reads. */
const tree = join(directory, 'odd');
mkdirSync(join(tree, 'sub', 'empty'), {recursive: true});
for (const name of ['new\nline', 'back\\slash', 'cr\rcr', ' blank ', '*star', 'ünï 日本', '-dash', '\\n'])
  writeFileSync(join(tree, name), name);
writeFileSync(Buffer.concat([Buffer.from(`${tree}/sub/raw`), Buffer.of(0xff)]), 'raw');
for (const size of [0, 1, 4095, 4096, 4097, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 3_000_001])
  writeFileSync(join(tree, 'sub', `size${size}`), BIG.subarray(0, size));
const odd = ext4Image(join(directory, 'odd.img'), 32 * 1024 * 1024, tree);

describe('kdisk sum', () => {
  it.each([
    ['sha256', 'sha256sum'],
    ['sha512', 'sha512sum'],
    ['sha1', 'sha1sum'],
    ['sha224', 'sha224sum'],
    ['sha384', 'sha384sum'],
    ['md5', 'md5sum'],
    ['blake2b512', 'b2sum'],
  ])('writes with -a %s what %s checks', (algorithm, judge) => {
    const copy = join(directory, `copy-${algorithm}`);
    mkdirSync(copy);
    tool('debugfs', ['-R', `rdump / ${copy}`, odd]);
    const {bytes, stderr, status} = kdisk(['sum', '-r', '-a', algorithm, odd]);
    expect([stderr, status]).toEqual(['', 0]);
    const checked = execFileSync(judge, ['--strict', '-c', '-'], {cwd: copy, env: toolEnvironment, input: bytes}).toString('latin1');
    expect(checked.match(/: OK$/gm)).toHaveLength(18);
  });

  it.skipIf(!hasTools('sha256sum', 'find'))('writes the lines of sha256sum, in the order of the names', () => {
    const files = execFileSync('find', ['.', '-type', 'f', '-printf', '%P\\0'], {cwd: tree, env: toolEnvironment});
    const names = files.toString('latin1').split('\0').filter(Boolean).sort();
    const words = names.map((name) => Buffer.from(`${name}\0`, 'latin1'));
    const lines = execFileSync('xargs', ['-0', 'sha256sum', '--'], {cwd: tree, env: toolEnvironment, input: Buffer.concat(words)});
    expect(kdisk(['sum', '-r', odd]).bytes.toString('latin1')).toBe(lines.toString('latin1'));
  });

  it('knows other algorithms, and files that are named', () => {
    const {algorithm, files, problems} = kdisk(['sum', '--json', '-a', 'sha3-256', `${plain}:/boot/*`]).json<SumResult>();
    expect([algorithm, problems]).toEqual(['sha3-256', []]);
    expect(files).toEqual([
      {target: `${plain}:/boot/initrd.gz`, path: '/boot/initrd.gz', size: BIG.length, digest: createHash('sha3-256').update(BIG).digest('hex')},
    ]);
    const digest = createHash('sha256').update('host\n').digest('hex');
    expect(kdisk(['sum', `${plain}:/link`, `${plain}:/hard`]).stdout).toBe(`${digest}  ${plain}:/link\n${digest}  ${plain}:/hard\n`);
  });

  it('puts the name of each of several targets before the names below', () => {
    const names = (...words: string[]) => kdisk(['sum', '-r', ...words]).stdout.replaceAll(/^\w+ {2}/gm, '').split('\n').filter(Boolean);
    expect(names(`${plain}:/etc`)).toEqual(['fstab', 'hostname', 'os-release', 'ssh/key']);
    expect(names(`${plain}:/etc/`, `${plain}:/home`, `${plain}:/hard`)).toEqual([
      'etc/fstab', 'etc/hostname', 'etc/os-release', 'etc/ssh/key', 'home/ann/notes', 'hard',
    ]);
    expect(names(`${plain}:/deep`)).toEqual([]);
  });

  it('leaves names alone with -z', () => {
    const {bytes} = kdisk(['sum', '-z', `${odd}:/new*`]);
    expect(bytes.toString()).toBe(`${createHash('sha256').update('new\nline').digest('hex')}  ${odd}:/new\nline\0`);
  });

  it('says what has no checksum', () => {
    const {stdout, stderr, status} = kdisk(['sum', `${plain}:/etc`, `${plain}:/fifo`, `${plain}:/nope`, `${plain}:/empty`]);
    expect(stdout).toBe(`${createHash('sha256').digest('hex')}  ${plain}:/empty\n`);
    expect(stderr.split('\n')).toEqual([
      `kdisk: ${plain}:/etc is a directory; -r takes all files below it`,
      `kdisk: ${plain}:/fifo is a fifo: in an image it has no content`,
      `kdisk: ${plain}:/nope: no such file or directory; see "kdisk ls ${plain}:/"`,
      '',
    ]);
    expect(status).toBe(1);
    expect(kdisk(['sum', `${plain}:/etc`]).status).toBe(2);
    expect(kdisk(['sum', '-a', 'crc', plain]).stderr).toMatch(/Expected --algorithm=crc to be one of: sha256,/);
  });
});
