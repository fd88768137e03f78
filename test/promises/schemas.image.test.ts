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

describe('output', () => {
  it.each([
    ['info', gpt],
    ['info', plain],
    ['info', odd],
    ['info', dos],
    ['ls', plain],
    ['ls', '-R', `${plain}:/odd`, `${plain}:/link`, `${plain}:/nope`],
    ['ls', '-a', odd],
    ['cat', `${plain}:/etc/hostname`, `${plain}:/binary`, `${plain}:/nope`, `${plain}:/etc`],
    ['cp', '-r', `${plain}:/`, join(directory, 'tree')],
    ['cp', '-r', `${odd}:/`, `${plain}:/nope`, directory],
  ])('of kdisk %s %s %s', (command, ...words) => {
    const {stderr, json} = kdisk([command, '--json', ...words.filter((word) => word !== undefined)]);
    expect(stderr).toBe('');
    expectValid(command, json());
  });
});

describe('an error', () => {
  it.each([
    ['info', garbage],
    ['info', join(directory, 'none.img')],
    ['ls', '--colour', plain],
    ['cat'],
    ['cp', `${plain}:/etc/hostname`],
  ])('of kdisk %s %s %s', (...words) => {
    const {stderr, status, json} = kdisk([words[0]!, '--json', ...words.slice(1).filter((word) => word !== undefined)]);
    expect(stderr).toBe('');
    expectValid('error', json());
    expect(json<{error: {exitCode: number}}>().error.exitCode).toBe(status);
  });
});
