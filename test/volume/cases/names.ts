// SPDX-License-Identifier: GPL-2.0-only
// rename, link, symlink, readlink, realpath, and names of all kinds.
import {expect} from 'vitest';
import {fails, group, type Case} from './case.ts';

const odd: Case[] = (
  [
    ['spaces and dots', ' a b . c'],
    ['unicode', 'ünï 日本'],
    ['what lies beyond 16 bits', '🐧🦀'],
    ['255 bytes', 'x'.repeat(255)],
    ['a leading dash', '-rf'],
    ['dots alone', '...a'],
  ] as const
).map(([what, name]) => ({
  name: `has ${what}`,
  body: async (fs, at) => {
    await fs.writeFile(at(name), name);
    expect(await fs.readdir(at())).toEqual([name]);
    expect(await fs.readFile(at(name), 'utf8')).toBe(name);
  },
}));

export const nameCases: Case[] = [
  ...group('a name', [
    ...odd,
    {
      name: 'has line ends, colours, quotes',
      posix: true,
      body: async (fs, at) => {
        const names = ['a\nb', '\u001b[31m', `'"\\`, '*?[]'].sort();
        for (const name of names) await fs.writeFile(at(name), '');
        expect((await fs.readdir(at())).sort()).toEqual(names);
      },
    },
    {
      name: 'has any bytes',
      posix: true,
      body: async (fs, at) => {
        const name = Buffer.from([0x72, 0xff, 0xfe, 0x80]);
        const path = Buffer.concat([Buffer.from(at('')), Buffer.from('/'), name]);
        await fs.writeFile(path, 'raw');
        expect(await fs.readFile(path, 'utf8')).toBe('raw');
        expect(await fs.readdir(at(), 'buffer')).toEqual([name]);
        await fs.rename(path, at('plain'));
        expect(await fs.readFile(at('plain'), 'utf8')).toBe('raw');
      },
    },
    {
      name: 'has two forms of one letter',
      posix: true,
      body: async (fs, at) => {
        for (const form of ['NFC', 'NFD']) await fs.writeFile(at('é'.normalize(form)), form);
        expect((await fs.readdir(at())).length).toBe(2);
        expect(await fs.readFile(at('é'.normalize('NFD')), 'utf8')).toBe('NFD');
      },
    },
    {
      name: 'is at most 255 bytes, a path 4,095',
      posix: true,
      body: async (fs, at) => {
        await fails(fs.writeFile(at('x'.repeat(256)), ''), 'ENAMETOOLONG', 'open', at('x'.repeat(256)));
        const long = at('x/'.repeat(2048));
        await fails(fs.stat(long), 'ENAMETOOLONG', 'stat', long);
      },
    },
  ]),
  ...group('rename', [
    {
      name: 'gives another name',
      body: async (fs, at) => {
        await fs.writeFile(at('a'), 'x');
        await fs.rename(at('a'), at('b'));
        expect(await fs.readdir(at())).toEqual(['b']);
      },
    },
    {
      name: 'moves to another directory, trees too',
      body: async (fs, at) => {
        await fs.mkdir(at('d/e'), {recursive: true});
        await fs.writeFile(at('d/e/f'), 'x');
        await fs.mkdir(at('to'));
        await fs.rename(at('d/e'), at('to/e'));
        expect(await fs.readFile(at('to/e/f'), 'utf8')).toBe('x');
      },
    },
    {
      name: 'replaces a file',
      body: async (fs, at) => {
        await fs.writeFile(at('a'), 'new');
        await fs.writeFile(at('b'), 'old');
        await fs.rename(at('a'), at('b'));
        expect(await fs.readFile(at('b'), 'utf8')).toBe('new');
      },
    },
    {
      name: 'to the same name does nothing',
      body: async (fs, at) => {
        await fs.writeFile(at('a'), 'x');
        await fs.rename(at('a'), at('a'));
        expect(await fs.readFile(at('a'), 'utf8')).toBe('x');
      },
    },
    {
      name: 'replaces an empty directory, no other',
      body: async (fs, at) => {
        await fs.mkdir(at('a'));
        await fs.mkdir(at('empty'));
        await fs.mkdir(at('full/x'), {recursive: true});
        await fs.rename(at('a'), at('empty'));
        // POSIX leaves the choice; xfs has the other one.
        const code = expect.stringMatching(/^(ENOTEMPTY|EEXIST)$/);
        await expect(fs.rename(at('empty'), at('full'))).rejects.toMatchObject({code, dest: at('full')});
      },
    },
    {
      name: 'does not mix files and directories',
      body: async (fs, at) => {
        await fs.mkdir(at('d'));
        await fs.writeFile(at('f'), '');
        await fails(fs.rename(at('f'), at('d')), 'EISDIR', 'rename', at('f'), at('d'));
        await fails(fs.rename(at('d'), at('f')), 'ENOTDIR', 'rename', at('d'), at('f'));
      },
    },
    {
      name: 'does not move a directory into itself',
      body: async (fs, at) => {
        await fs.mkdir(at('d'));
        await fails(fs.rename(at('d'), at('d/e')), 'EINVAL', 'rename', at('d'), at('d/e'));
      },
    },
    {
      name: 'of nothing, and to nowhere',
      body: async (fs, at) => {
        await fails(fs.rename(at('a'), at('b')), 'ENOENT', 'rename', at('a'), at('b'));
        await fs.writeFile(at('a'), '');
        await fails(fs.rename(at('a'), at('no/b')), 'ENOENT', 'rename', at('a'), at('no/b'));
      },
    },
  ]),
  ...group('link', [
    {
      name: 'gives a file a second name',
      posix: true,
      body: async (fs, at) => {
        await fs.writeFile(at('a'), 'x');
        await fs.link(at('a'), at('b'));
        const [a, b] = [await fs.stat(at('a')), await fs.stat(at('b'))];
        expect([a.nlink, a.ino]).toEqual([2, b.ino]);
        await fs.unlink(at('a'));
        expect(await fs.readFile(at('b'), 'utf8')).toBe('x');
        expect((await fs.stat(at('b'))).nlink).toBe(1);
      },
    },
    {
      name: 'refuses what exists, directories, and nothing',
      posix: true,
      body: async (fs, at) => {
        await fs.writeFile(at('a'), '');
        await fails(fs.link(at('a'), at('a')), 'EEXIST', 'link', at('a'), at('a'));
        await fails(fs.link(at(), at('b')), 'EPERM', 'link', at(), at('b'));
        await fails(fs.link(at('no'), at('b')), 'ENOENT', 'link', at('no'), at('b'));
      },
    },
    {
      name: 'links a symbolic link itself',
      posix: true,
      body: async (fs, at) => {
        await fs.symlink('nowhere', at('a'));
        await fs.link(at('a'), at('b'));
        expect((await fs.lstat(at('b'))).nlink).toBe(2);
      },
    },
  ]),
  ...group('symlink', [
    {
      name: 'keeps its target as it is written',
      posix: true,
      body: async (fs, at) => {
        for (const [name, target] of Object.entries({a: 'x', b: '../x//y/', c: 'ü'.repeat(100), d: 'y'.repeat(900)})) {
          await fs.symlink(target, at(name));
          expect(await fs.readlink(at(name))).toBe(target);
          expect((await fs.lstat(at(name))).size).toBe(Buffer.byteLength(target));
        }
      },
    },
    {
      name: 'keeps bytes',
      posix: true,
      body: async (fs, at) => {
        const target = Buffer.from([0x2e, 0xff, 0x2f]);
        await fs.symlink(target, at('a'));
        expect(await fs.readlink(at('a'), 'buffer')).toEqual(target);
        expect(await fs.readlink(at('a'), {encoding: 'hex'})).toBe('2eff2f');
      },
    },
    {
      name: 'refuses what exists',
      posix: true,
      body: async (fs, at) => {
        await fs.writeFile(at('a'), '');
        await fails(fs.symlink('target', at('a')), 'EEXIST', 'symlink', 'target', at('a'));
      },
    },
    {
      name: 'is looked at by lstat, and through by stat',
      posix: true,
      body: async (fs, at) => {
        await fs.mkdir(at('d'));
        await fs.symlink('d', at('link'));
        expect((await fs.lstat(at('link'))).isSymbolicLink()).toBe(true);
        expect((await fs.stat(at('link'))).isDirectory()).toBe(true);
        expect((await fs.lstat(at('link/'))).isDirectory()).toBe(true);
      },
    },
    {
      name: 'that leads to itself',
      posix: true,
      body: async (fs, at) => {
        await fs.symlink('loop', at('loop'));
        await fails(fs.stat(at('loop')), 'ELOOP', 'stat', at('loop'));
        await fails(fs.open(at('loop'), 'w'), 'ELOOP', 'open', at('loop'));
      },
    },
  ]),
  ...group('readlink', [
    {name: 'of nothing', body: async (fs, at) => fails(fs.readlink(at('a')), 'ENOENT', 'readlink', at('a'))},
    {name: 'of what is no link', body: async (fs, at) => fails(fs.readlink(at()), 'EINVAL', 'readlink', at())},
  ]),
  ...group('realpath', [
    {
      name: 'takes dots and slashes out',
      body: async (fs, at) => {
        await fs.mkdir(at('a/b'), {recursive: true});
        const top = await fs.realpath(at());
        expect(await fs.realpath(at('a//./b/../b/'))).toBe(`${top}/a/b`);
        expect(await fs.realpath(at('a'), 'buffer')).toEqual(Buffer.from(`${top}/a`));
      },
    },
    {
      name: 'follows links, from one to the next',
      posix: true,
      body: async (fs, at) => {
        await fs.mkdir(at('a/b'), {recursive: true});
        await fs.writeFile(at('a/b/f'), '');
        await fs.symlink('a', at('one'));
        await fs.symlink('one/b/', at('two'));
        await fs.symlink('../../two/f', at('a/b/three'));
        await fs.symlink(at('two'), at('absolute'));
        const top = await fs.realpath(at());
        expect(await fs.realpath(at('absolute/three'))).toBe(`${top}/a/b/f`);
        expect(await fs.realpath(at('two/../..'))).toBe(top);
      },
    },
    {
      name: 'of nothing, through a file, in a circle',
      posix: true,
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fs.symlink('loop', at('loop'));
        await fs.symlink('nowhere', at('broken'));
        await fails(fs.realpath(at('no')), 'ENOENT', 'realpath', at('no'));
        await fails(fs.realpath(at('broken')), 'ENOENT', 'realpath', at('broken'));
        await fails(fs.realpath(at('f/x')), 'ENOTDIR', 'realpath', at('f/x'));
        await fails(fs.realpath(at('f/')), 'ENOTDIR', 'realpath', at('f/'));
        await fails(fs.realpath(at('f/..')), 'ENOTDIR', 'realpath', at('f/..'));
        await fails(fs.realpath(at('loop')), 'ELOOP', 'realpath', at('loop'));
      },
    },
  ]),
];
