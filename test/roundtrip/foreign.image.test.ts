// SPDX-License-Identifier: GPL-2.0-only
// To file systems of other systems and back: content, names and times as fine as they have them survive, and what
// does not is named.
import {chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {makeFileSystem, unsound} from '../support/judges.ts';
import {kdisk} from '../support/kdisk.ts';
import type {Manifest, ManifestEntry} from '../support/manifest.ts';
import {hostView, refereeView} from '../support/referee.ts';
import {temporaryDirectory, tool} from '../support/tools.ts';

const NS = 1_000_000_000n;

const FILE_SYSTEMS = {
  vfat: {driver: 'vfat', options: 'utf8', grain: 2n * NS},
  exfat: {driver: 'exfat', options: 'iocharset=utf8', grain: 10_000_000n},
  ntfs: {driver: 'ntfs3', options: 'iocharset=utf8', grain: 100n},
} as const;

/** What all of them hold. */
function makePortable(root: string): void {
  mkdirSync(join(root, 'deep/er/still'), {recursive: true});
  mkdirSync(join(root, 'empty'));
  for (const size of [0, 1, 511, 4096, 70_000, 3_000_000]) writeFileSync(join(root, `${size}`), Buffer.alloc(size, `size ${size} `));
  for (let index = 0; index < 300; index++) writeFileSync(join(root, 'deep', `file number ${index}.text`), `${index}`);
  for (const name of ['ünï 日本', '😀', 'CaSe', `${'x'.repeat(250)}.long`, 'é'.normalize('NFD'), '.hidden', 'two.dots'])
    writeFileSync(join(root, name), name);
  writeFileSync(join(root, 'deep/er/still/here'), 'deep');
  tool('sh', ['-c', 'find "$1" -depth -exec touch -d "2001-02-03 04:05:07.987654321Z" {} +', 'sh', root]);
  tool('touch', ['-d', '1981-01-01 00:00:01.5Z', join(root, 'CaSe')]);
  tool('touch', ['-d', '2037-12-31 23:59:59.999999999Z', join(root, '😀')]);
}

/** Content, kind, name and time, to the given grain; the entries below `top`, by their path in it. */
function portable(manifest: Manifest, grain: bigint, top = ''): Map<string, unknown> {
  const time = ([seconds, ns]: [number, number]) => ((BigInt(seconds) * NS + BigInt(ns)) / grain) * grain;
  const facts = ({type, size, hash, mtime}: ManifestEntry) => ({type, mtime: mtime && time(mtime), ...(type === 'file' ? {size, hash} : {})});
  const found = new Map<string, unknown>();
  for (const [path, entry] of manifest) {
    const name = Buffer.from(path, 'base64').toString();
    if (!top) found.set(name, facts(entry));
    else if (name === top || name.startsWith(`${top}/`)) found.set(name.slice(top.length + 1), facts(entry));
  }
  return found;
}

describe.each(Object.keys(FILE_SYSTEMS) as (keyof typeof FILE_SYSTEMS)[])('%s', (type) => {
  it('holds content, names and times', {timeout: 120_000}, () => {
    const {driver, options, grain} = FILE_SYSTEMS[type];
    const directory = temporaryDirectory();
    const [tree, out] = [join(directory, 'tree'), join(directory, 'out')];
    makePortable(tree);
    const image = makeFileSystem(type, join(directory, 'disk.img'));
    expect(kdisk(['cp', '-r', tree, `${image}:/`])).toMatchObject({status: 0, stderr: ''});
    expect(unsound(type, image)).toBe('');
    const expected = portable(hostView(tree), grain);
    expect(expected.size).toBeGreaterThan(310);
    expect(portable(refereeView(driver, image, options), grain, 'tree')).toEqual(expected);
    expect(kdisk(['cp', '-r', `${image}:/tree`, out])).toMatchObject({status: 0, stderr: ''});
    expect(portable(hostView(out), grain)).toEqual(expected);
  });
});

// The driver of NTFS keeps what Linux adds in attributes of its own.
describe.each(['vfat', 'exfat'] as const)('%s', (type) => {
  it('names what it has no place for', () => {
    const directory = temporaryDirectory();
    const tree = join(directory, 'tree');
    mkdirSync(tree);
    writeFileSync(join(tree, 'file'), 'content');
    utimesSync(join(tree, 'file'), 981_173_106, 981_173_106);
    tool('setfattr', ['-n', 'user.mime', '-v', 'text/plain', join(tree, 'file')]);
    chmodSync(join(tree, 'file'), 0o4755);
    symlinkSync('file', join(tree, 'link'));
    tool('mkfifo', [join(tree, 'fifo')]);
    const image = makeFileSystem(type, join(directory, 'disk.img'));
    const {status, stderr} = kdisk(['cp', '-a', tree, `${image}:/`]);
    expect(status).toBe(1);
    for (const word of [/tree\/link: .*symbolic links/, /tree\/fifo: .*fifos/, /extended attributes .*user\.mime/, /permission bits .*4755/])
      expect(stderr).toMatch(word);
    expect(unsound(type, image)).toBe('');
    expect(kdisk(['cat', `${image}:/tree/file`]).stdout).toBe('content');
  });
});
