// SPDX-License-Identifier: GPL-2.0-only
// Destinations follow the rules of cp.
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {checkDestination, parseDestination, parseSource, place, type Destination} from '../../src/cli/copy-plan.ts';
import {EXIT, Failure} from '../../src/cli/failure.ts';
import {Session, type Target} from '../../src/cli/session.ts';
import {decodeStatx, type VolumeStats} from '../../src/statx.ts';
import {temporaryDirectory} from '../support/tools.ts';

const directory = temporaryDirectory();
const existing = join(directory, 'existing');
const plain = join(directory, 'plain');
const fresh = join(directory, 'fresh');
mkdirSync(join(existing, 'tree'), {recursive: true});
writeFileSync(plain, '');
writeFileSync(join(existing, 'name'), '');

function stats(mode: number): VolumeStats {
  const bytes = Buffer.alloc(256);
  bytes.writeUInt16LE(mode, 28);
  return decodeStatx(bytes);
}

const file = stats(0o100644);
const tree = stats(0o040755);
const source = (path: string): Target => ({word: `d.img:${path}`, image: 'd.img', selectors: [], path});
const to = (path: string) => parseDestination(path) as Destination & {kind: 'host'};

function failureOf(action: () => unknown): Failure {
  try {
    action();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('place', () => {
  it.each<[string, string, VolumeStats, string, string]>([
    ['a file to a new name', '/a/name', file, fresh, fresh],
    ['a file over a file', '/a/name', file, plain, plain],
    ['a file into a directory', '/a/new', file, existing, join(existing, 'new')],
    ['a file over a file in a directory', '/a/name', file, existing, join(existing, 'name')],
    ['a tree to a new name', '/a/tree', tree, fresh, fresh],
    ['a tree into a directory', '/a/other', tree, existing, join(existing, 'other')],
    ['a tree over a tree', '/a/tree', tree, existing, join(existing, 'tree')],
    ['a tree with a slash behind it', '/a/other/', tree, existing, join(existing, 'other')],
    ['the content of a tree', '/a/tree/.', tree, existing, existing],
    ['the root', '/', tree, existing, existing],
    ['the root to a new name', '/', tree, fresh, fresh],
  ])('%s', (_, path, what, destination, expected) => {
    expect(place(source(path), what, to(destination), true)).toBe(expected);
  });

  it.each<[string, string, VolumeStats, string, boolean, RegExp]>([
    ['a tree without -r', '/tree', tree, existing, false, /-r copies directories/],
    ['a tree over a file', '/name', tree, existing, true, /which is not one/],
    ['a file over a directory', '/tree', file, existing, false, /which is a directory/],
    ['a file to a directory that is not there', '/name', file, `${fresh}/`, false, /no existing directory/],
  ])('refuses %s', (_, path, what, destination, recursive, message) => {
    expect(failureOf(() => place(source(path), what, to(destination), recursive)).message).toMatch(message);
  });
});

describe('checkDestination', () => {
  const two = [source('/a'), source('/b')];

  it.each<[string, Target[], string, boolean, RegExp, number]>([
    ['several sources to one file', two, plain, false, /not a directory/, EXIT.usage],
    ['several sources to nothing', two, fresh, false, /no existing directory/, EXIT.usage],
    ['a parent that is not there', [source('/a')], join(fresh, 'x'), false, /there is no directory/, EXIT.notFound],
    ['several files to standard output', two, '-', false, /only one file/, EXIT.usage],
    ['a tree to standard output', [source('/a')], '-', true, /a tree/, EXIT.usage],
    ['the image itself', [{...source('/a'), image: plain}], plain, false, /is the image itself/, EXIT.usage],
  ])('refuses %s', (_, sources, destination, recursive, message, exitCode) => {
    const found = failureOf(() => checkDestination(sources, parseDestination(destination), recursive));
    expect(found.message).toMatch(message);
    expect(found.exitCode).toBe(exitCode);
  });

  it('lets the rest pass', () => {
    checkDestination(two, parseDestination(existing), true);
    checkDestination([source('/a')], parseDestination(fresh), false);
    checkDestination([source('/a')], parseDestination('-'), false);
  });
});

describe('the words of a copy', () => {
  const session = new Session({asIs: false, memory: 0});

  it('go from an image to the host', () => {
    expect(parseSource('d.img@p1:/x', session)).toMatchObject({
      image: 'd.img',
      path: '/x',
      selectors: [{kind: 'partition', number: 1}],
    });
    expect(failureOf(() => parseSource('x', session)).message).toContain('IMAGE:/path');
    expect(failureOf(() => parseDestination('d.img:/x')).exitCode).toBe(EXIT.unsupported);
  });

  it('use --image where they name none', () => {
    const with_ = new Session({asIs: false, memory: 0, image: 'd.img@p2'});
    expect(with_.target(':/etc')).toEqual({
      word: ':/etc',
      image: 'd.img',
      selectors: [{kind: 'partition', number: 2}],
      path: '/etc',
    });
    expect(failureOf(() => with_.target('/etc')).message).toContain('write ":/etc"');
    expect(failureOf(() => session.target(':/etc')).message).toContain('--image');
  });
});
