// SPDX-License-Identifier: GPL-2.0-only
// docs/schemas says what --json prints: real outputs of every kind are held against it. The schemas allow no other
// fields, so a change of the output shows here.
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import {describe, expect, it} from 'vitest';
import {COMMANDS} from '../../src/main.ts';
import {makeDisks} from '../support/disk.ts';
import {kdisk} from '../support/kdisk.ts';
import {emptyImage, temporaryDirectory, tool} from '../support/tools.ts';

const folder = new URL('../../docs/schemas/', import.meta.url);
const directory = temporaryDirectory();
const {plain, gpt} = makeDisks(directory);
const garbage = join(directory, 'garbage.img');
writeFileSync(garbage, 'not a disk\n'.repeat(1000));

/** What the trees of the other images do not have. */
const odd = emptyImage(join(directory, 'odd.img'), 4 * 1024 * 1024);
tool('mke2fs', ['-q', '-t', 'ext4', odd]);
tool('debugfs', ['-w', '-f', '-', odd], 'mknod null c 1 3\nmknod disk b 8 1\nmknod pipe p\nsymlink long /a/b\n');
/** For the commands that change what they are given. */
const changing = join(directory, 'changing.img');
tool('cp', ['--sparse=always', plain, changing]);
const dos = emptyImage(join(directory, 'dos.img'), 4 * 1024 * 1024);
tool('sfdisk', ['-q', dos], 'label: dos\nsize=1M, type=83, bootable\n');

const ajv = new Ajv2020({strict: true, strictRequired: false, allErrors: true});
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
for (const name of names) ajv.addSchema(JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as object);

function expectValid(schema: string, value: unknown): void {
  const validate = ajv.getSchema(`${schema}.json`)!;
  expect(validate(value) ? [] : validate.errors).toEqual([]);
}

it('there is a schema for each command', () => {
  expect(names.sort()).toEqual([...Object.keys(COMMANDS), 'error', 'problem'].map((name) => `${name}.json`).sort());
});

it.each(names)('%s has a version', (name) => {
  const {$comment} = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as {$comment: string};
  expect($comment).toMatch(/^version \d+$/);
});

describe('output', () => {
  it.each([
    ['info', gpt],
    ['info', plain],
    ['info', odd],
    ['info', dos],
    ['ls', plain],
    ['ls', '-R', `${plain}:/odd`, `${plain}:/link`, `${plain}:/nope`],
    ['ls', '-a', odd],
    ['ls', '--tree', `${plain}:/etc`],
    ['label', plain],
    ['uuid', plain],
    ['label', changing, 'new'],
    ['stat', `${plain}:/*`, `${plain}:/odd/*`, `${plain}:/nope`],
    ['stat', `${odd}:/*`],
    ['find', plain],
    ['find', `${odd}:/`, `${gpt}@p1`],
    ['df', plain, gpt, odd],
    ['df', dos, plain],
    ['du', '-a', plain],
    ['sum', '-r', `${plain}:/odd`, `${plain}:/boot`, `${plain}:/nope`],
    ['cat', `${plain}:/etc/hostname`, `${plain}:/binary`, `${plain}:/nope`, `${plain}:/etc`],
    ['cp', '-r', `${plain}:/`, join(directory, 'tree')],
    ['cp', '-r', `${odd}:/`, `${plain}:/nope`, directory],
    ['cp', '-r', '--dry-run', `${plain}:/odd`, `${changing}:/`],
    ['cp', '-r', '--events', `${plain}:/nope`, directory],
    ['tar', '-cf', join(directory, 'a.tar'), `${plain}:/`],
    ['tar', '-xf', join(directory, 'a.tar'), `${changing}:/`],
    ['mkdir', '-p', `${changing}:/new/directory`, `${changing}:/etc`, `${changing}:/etc/fstab`],
    ['mv', `${changing}:/odd/*`, `${changing}:/nope`, `${changing}:/new`],
    ['ln', '-s', 'a', 'b', `${changing}:/new`],
    ['ln', `${changing}:/etc/fstab`, `${changing}:/etc`, `${changing}:/new`],
    ['chmod', '-R', 'go-w', `${changing}:/etc`, `${changing}:/nope`],
    ['chown', '-R', '1:2', `${changing}:/etc`, `${changing}:/nope`],
    ['touch', `${changing}:/new/x`, `${changing}:/nope/x`],
    ['truncate', '-s', '5', `${changing}:/new/x`, `${changing}:/etc`],
    ['xattr', '--set', 'user.text=x', '--set', 'user.bytes=0xff', `${changing}:/etc`, `${changing}:/nope`],
    ['xattr', `${changing}:/etc`],
    ['mkfs', '-t', 'ext4', '--size', '8M', '-L', 'new', join(directory, 'new.img')],
    ['mkfs', '-t', 'ext4', '--dry-run', '--from', directory, join(directory, 'other.img')],
    ['mkfs', '-t', 'ext2', '--from', folder.pathname, join(directory, 'third.img')],
    ['fsck', plain],
    ['fsck', '-f', `${gpt}@p1`],
    ['fsck', '--preview', '-f', changing],
    ['fsck', '-y', changing],
    ['rm', '-r', `${changing}:/new`, `${changing}:/nope`],
  ])('of kdisk %s %s %s', (command, ...words) => {
    const {stderr, json} = kdisk([command, '--json', ...words.filter((word) => word !== undefined)]);
    expect(stderr).toBe('');
    expectValid(command, json());
  });

  it('of each line of kdisk run', () => {
    const commands = join(directory, 'commands');
    writeFileSync(commands, 'ls :/etc\ncat :/nope\nnope\nmkdir :/one\n');
    const {stdout, stderr} = kdisk(['run', '--json', '--keep-going', changing, commands]);
    expect(stderr).toBe('');
    const values = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as {command: string; exitCode: number; result: object});
    expect(values).toHaveLength(4);
    for (const value of values) {
      expectValid('run', value);
      expectValid('error' in value.result ? 'error' : value.command.split(' ')[0]!, value.result);
    }
  });
});

describe('an error', () => {
  it.each([
    ['info', garbage],
    ['info', join(directory, 'none.img')],
    ['ls', '--colour', plain],
    ['cat'],
    ['cp', `${plain}:/etc/hostname`],
    ['rm', '--colour', plain],
    ['chmod', 'u+q', `${plain}:/etc`],
    ['run', join(directory, 'none.img')],
    ['fsck', garbage],
    ['fsck', '-n', '-y', plain],
  ])('of kdisk %s %s %s', (...words) => {
    const {stderr, status, json} = kdisk([words[0]!, '--json', ...words.slice(1).filter((word) => word !== undefined)]);
    expect(stderr).toBe('');
    expectValid('error', json());
    expect(json<{error: {exitCode: number}}>().error.exitCode).toBe(status);
  });
});
