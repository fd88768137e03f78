// SPDX-License-Identifier: GPL-2.0-only
// What the help promises: every command has it in one form, and its examples work as they stand there.
import {mkdtempSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {COMMANDS} from '../../src/main.ts';
import {makeDisks} from '../support/disk.ts';
import {kdisk} from '../support/kdisk.ts';
import {temporaryDirectory, tool} from '../support/tools.ts';

const directory = temporaryDirectory();
const disks = makeDisks(directory);

describe.each(Object.entries(COMMANDS))('kdisk %s', (name, command) => {
  const examples = command.examples as {command: string; description: string}[];

  it('says what it does in a sentence', () => {
    expect(command.summary).toMatch(/^[A-Z].*\.$/);
    expect(command.description).toBeTruthy();
    expect(command.enableJsonFlag).toBe(true);
  });

  it('explains each argument and flag', () => {
    for (const arg of Object.values(command.args)) expect(arg.description).toMatch(/^[A-Z].*\.$/);
    for (const flag of Object.values({...command.baseFlags, ...command.flags} as Record<string, {summary?: string}>)) {
      expect(flag.summary).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('has help with all of them', () => {
    const {stdout, status} = kdisk([name, '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain(command.summary);
    const flags = {...command.baseFlags, ...command.flags} as Record<string, {hidden?: boolean}>;
    for (const flag of Object.keys(flags).filter((name) => !flags[name]!.hidden))
      expect(stdout).toMatch(new RegExp(`--(\\[no-\\])?${flag}`));
    expect(kdisk(['help', name]).stdout).toBe(stdout);
  });

  it('has at least two examples', () => expect(examples.length).toBeGreaterThanOrEqual(2));

  it.each(examples)('works as in the example: $command', ({command: line}) => {
    const words = line.replace('<%= config.bin %> ', '').split(' ');
    const disk = line.includes('@p') || name === 'info' ? disks.gpt : disks.plain;
    // Each in an empty directory, where there is an image of the name that the examples have, for some of them change it.
    const cwd = mkdtempSync(join(directory, 'example-'));
    tool('cp', ['--sparse=always', disk, cwd]);
    writeFileSync(join(cwd, 'commands.txt'), 'mkdir :/srv/new\n');
    tool('tar', ['-C', cwd, '-czf', join(cwd, 'backup.tar.gz'), 'commands.txt']);
    const {status, stderr} = kdisk(words, {cwd});
    expect([stderr, status]).toEqual(['', 0]);
  });
});

describe('kdisk', () => {
  it('lists its commands without a word, and with --help', () => {
    const {stdout} = kdisk(['--help']);
    for (const [name, {summary}] of Object.entries(COMMANDS))
      expect(stdout).toMatch(new RegExp(`${name} +${summary.slice(0, 20)}`));
    expect(kdisk([]).stdout).toBe(stdout);
    expect(kdisk(['help']).stdout).toBe(stdout);
  });

  it('tells its version', () => expect(kdisk(['--version']).stdout).toMatch(/^kdisk\/\d+\.\d+\.\d+ \w+-\w+ node-v\d+/));
});
