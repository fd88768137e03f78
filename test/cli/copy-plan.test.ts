// SPDX-License-Identifier: GPL-2.0-only
// Destinations follow the rules of cp, which is asked here too: what it does with the same words on the host.
import {execFileSync, spawnSync} from 'node:child_process';
import {linkSync, lstatSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';
import {locateHost} from '../../src/cli/copy-job.ts';
import {checkImages, checkWords, lookAt, parseWord, Planner, type Rules} from '../../src/cli/copy-plan.ts';
import {EXIT, Failure} from '../../src/cli/failure.ts';
import {Session} from '../../src/cli/session.ts';
import {temporaryDirectory} from '../support/tools.ts';

let directory: string;

beforeEach(() => {
  directory = temporaryDirectory();
  for (const path of ['tree/in', 'other', 'existing/tree', 'existing/name2', 'occupied'])
    mkdirSync(join(directory, path), {recursive: true});
  for (const path of ['name', 'name2', 'tree/in/file', 'existing/name', 'occupied/tree']) writeFileSync(join(directory, path), path);
  linkSync(join(directory, 'name'), join(directory, 'hard'));
  symlinkSync('tree', join(directory, 'link'));
  symlinkSync('existing', join(directory, 'toExisting'));
});

/** Where the sources go, relative to the directory, or the first message of refusal. */
async function plan(sources: string[], to: string, rules: Partial<Rules> & {into?: boolean} = {}): Promise<string[]> {
  const all = {recursive: true, exact: false, ...rules};
  const at = (word: string) => locateHost(`${directory}/${word}`);
  const destination = await lookAt(at(to), sources.length, all, rules.into ?? false);
  const planner = new Planner(destination, all);
  const places: string[] = [];
  for (const source of sources) places.push(relative(directory, String((await planner.place(at(source))).to.path)));
  return places;
}

/** The names that are there after cp itself. */
function copied(sources: string[], to: string, flags: string): string | number {
  const {status} = spawnSync('cp', [flags, ...sources, to], {cwd: directory});
  return status === 0 ? execFileSync('find', ['.'], {cwd: directory, encoding: 'utf8'}).split('\n').sort().join('\n') : 'refused';
}

describe('place', () => {
  it.each<[string, string[], string, string[], Partial<Rules>?]>([
    ['a file to a new name', ['name'], 'fresh', ['fresh']],
    ['a file over a file', ['name'], 'name2', ['name2']],
    ['a file into a directory', ['name2'], 'other', ['other/name2']],
    ['a file over a file in a directory', ['name'], 'existing', ['existing/name']],
    ['a file into a directory with a slash', ['name'], 'existing/', ['existing/name']],
    ['a tree to a new name', ['tree'], 'fresh', ['fresh']],
    ['a tree to a new name with a slash', ['tree'], 'fresh/', ['fresh']],
    ['a tree into a directory', ['tree'], 'other', ['other/tree']],
    ['a tree over a tree', ['tree'], 'existing', ['existing/tree']],
    ['a tree with a slash behind it', ['tree/'], 'other', ['other/tree']],
    ['the content of a tree', ['tree/.'], 'other', ['other']],
    ['the content of a tree into what a link names', ['tree/.'], 'toExisting', ['existing']],
    ['a tree into what a link names', ['other'], 'toExisting', ['toExisting/other']],
    ['several', ['name', 'tree', 'name2'], 'other', ['other/name', 'other/tree', 'other/name2']],
    ['two trees of one name', ['tree', 'existing/tree'], 'other', ['other/tree', 'other/tree']],
    ['a tree over a tree, exactly', ['tree'], 'other', ['other'], {exact: true}],
    ['a file to a new name, exactly', ['name'], 'fresh', ['fresh'], {exact: true}],
    ['a link that is named', ['link'], 'other', ['other/link']],
  ])('%s', async (_, sources, to, expected, rules = {}) => {
    expect(await plan(sources, to, rules)).toEqual(expected);
    // All that was planned is there after cp, and it refuses nothing of it.
    expect(copied(sources, to, rules.exact ? '-rT' : '-r')).not.toBe('refused');
    for (const path of expected) expect(lstatSync(join(directory, path), {throwIfNoEntry: false})).toBeDefined();
  });

  it.each<[string, string[], string, RegExp, number, Partial<Rules> & {into?: boolean}]>([
    ['a tree without -r', ['tree'], 'other', /-r copies directories/, EXIT.usage, {recursive: false}],
    ['a tree over a file', ['tree'], 'name', /which is not one/, EXIT.usage, {}],
    ['a tree over a file in a directory', ['tree'], 'occupied', /which is not one/, EXIT.usage, {}],
    ['a file over a directory', ['name2'], 'existing', /which is a directory/, EXIT.usage, {}],
    ['a file over a directory, exactly', ['name'], 'other', /which is a directory/, EXIT.usage, {exact: true}],
    ['a file to a directory that is not there', ['name'], 'fresh/', /no existing directory/, EXIT.notFound, {}],
    ['several to a file', ['name', 'name2'], 'hard', /not a directory/, EXIT.usage, {}],
    ['several to nothing', ['name', 'name2'], 'fresh', /no such directory/, EXIT.notFound, {}],
    ['a parent that is not there', ['name'], 'fresh/x', /there is no directory/, EXIT.notFound, {}],
    ['a file to itself', ['name'], 'name', /are the same file/, EXIT.usage, {}],
    ['a file to its other name', ['name'], 'hard', /are the same file/, EXIT.usage, {}],
    ['a file to its own directory', ['existing/name'], 'existing', /are the same file/, EXIT.usage, {}],
    ['a tree into itself', ['tree'], 'tree/new', /into itself/, EXIT.usage, {}],
    ['a tree into a part of it', ['tree'], 'tree/in', /into itself/, EXIT.usage, {}],
    ['two files of one name', ['name', 'existing/name'], 'other', /would overwrite the copy just made/, EXIT.usage, {}],
    ['what is not there', ['nothing'], 'other', /no such file/, EXIT.notFound, {}],
  ])('refuses %s', async (_, sources, to, message, exitCode, rules) => {
    const found = await plan(sources, to, rules).then(
      () => undefined,
      (error: unknown) => error as Failure,
    );
    expect(found).toBeInstanceOf(Failure);
    expect(found!.message).toMatch(message);
    expect(found!.exitCode).toBe(exitCode);
    // cp does so too.
    expect(copied(sources, to, rules.exact ? '-rT' : rules.recursive === false ? '-p' : '-r')).toBe('refused');
  });

  it('wants the directory of --target-directory', async () => {
    await expect(plan(['name'], 'name2', {into: true})).rejects.toThrow(/not a directory/);
    await expect(plan(['name'], 'fresh', {into: true})).rejects.toThrow(/no such directory/);
  });
});

describe('the words of a copy', () => {
  const session = new Session({asIs: false, memory: 0});
  const rules = {recursive: false, exact: false};
  const check = (words: string[], more: Partial<Rules> = {}) => () => {
    const parsed = words.map((word) => parseWord(word, session));
    checkWords(parsed.slice(0, -1), parsed.at(-1)!, {...rules, ...more});
  };

  it.each<[string, string[], RegExp, Partial<Rules>?]>([
    ['from host to host', ['a', 'b'], /neither a nor b is in an image/],
    ['from host and image to host', ['d.img:/a', 'a', 'b'], /neither a nor b/],
    ['from input to host', ['-', 'b'], /neither - nor b/],
    ['from host to output', ['a', '-'], /neither a nor -/],
    ['from input to output', ['-', '-'], /neither/],
    ['from input and more', ['-', 'a', 'd.img:/b'], /together with other sources/],
    ['several to output', ['d.img:/a', 'd.img:/b', '-'], /only one file/],
    ['several to one exact place', ['d.img:/a', 'd.img:/b', 'c'], /--no-target-directory/, {exact: true}],
  ])('are refused %s', (_, words, message, more) => expect(check(words, more)).toThrow(message));

  it.each<[string[], Partial<Rules>?]>([
    [['d.img:/a', 'b']],
    [['a', 'd.img:/b']],
    [['a', 'd.img:/a', 'e.img:/b', 'd.img:/b']],
    [['-', 'd.img:/b']],
    [['d.img:/a', '-']],
    [['d.img:/a', 'd.img:/b', '-'], {recursive: true}],
  ])('are fine: %s', (words, more) => expect(check(words, more)).not.toThrow());

  it('name images by --image', () => {
    const with_ = new Session({asIs: false, memory: 0, image: 'd.img@p2'});
    expect(with_.target(':/etc')).toEqual({
      word: ':/etc',
      image: 'd.img',
      selectors: [{kind: 'partition', number: 2}],
      path: '/etc',
    });
    expect(() => with_.target('/etc')).toThrow('write ":/etc"');
    expect(() => session.target(':/etc')).toThrow('--image');
  });

  it('do not name an image as a file', () => {
    const image = join(directory, 'name');
    expect(() => checkImages([join(directory, 'hard')], [image], 'written')).toThrow(/is the image itself/);
    expect(() => checkImages([join(directory, 'hard')], [image], 'read')).toThrow(/cannot be copied into itself/);
    checkImages([join(directory, 'name2'), join(directory, 'none')], [image], 'written');
  });
});
