// SPDX-License-Identifier: GPL-2.0-only
// mkdir, mkdtemp, readdir, opendir, rmdir, rm, unlink.
import {expect} from 'vitest';
import {aborts, fails, group, type Case, type Files} from './case.ts';

async function plant(fs: Files, at: (name?: string) => string): Promise<void> {
  await fs.mkdir(at('tree/a/b'), {recursive: true});
  for (const name of ['tree/f', 'tree/a/g', 'tree/a/b/h']) await fs.writeFile(at(name), name);
}

export const directoryCases: Case[] = [
  ...group('mkdir', [
    {
      name: 'makes one',
      body: async (fs, at) => {
        expect(await fs.mkdir(at('d'))).toBeUndefined();
        expect((await fs.stat(at('d'))).isDirectory()).toBe(true);
      },
    },
    {
      name: 'refuses what exists',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fails(fs.mkdir(at('f')), 'EEXIST', 'mkdir', at('f'));
        await fails(fs.mkdir(at()), 'EEXIST', 'mkdir', at());
      },
    },
    {name: 'needs the parent', body: async (fs, at) => fails(fs.mkdir(at('a/b')), 'ENOENT', 'mkdir', at('a/b'))},
    {
      name: 'needs a parent that is a directory',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fails(fs.mkdir(at('f/d')), 'ENOTDIR', 'mkdir', at('f/d'));
      },
    },
    {
      name: 'with recursive makes all of them, and tells the first',
      body: async (fs, at) => {
        expect(await fs.mkdir(at('a/b/c'), {recursive: true})).toBe(at('a'));
        expect(await fs.mkdir(at('a/b/d/e'), {recursive: true})).toBe(at('a/b/d'));
        expect((await fs.stat(at('a/b/d/e'))).isDirectory()).toBe(true);
      },
    },
    {
      name: 'with recursive takes what exists',
      body: async (fs, at) => {
        await fs.mkdir(at('a'));
        expect(await fs.mkdir(at('a'), {recursive: true})).toBeUndefined();
        expect(await fs.mkdir(at('a/'), {recursive: true})).toBeUndefined();
      },
    },
    {
      name: 'with recursive refuses files',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fails(fs.mkdir(at('f'), {recursive: true}), 'EEXIST', 'mkdir', at('f'));
        await fails(fs.mkdir(at('f/d'), {recursive: true}), 'ENOTDIR', 'mkdir', at('f/d'));
      },
    },
    {
      name: 'knows modes',
      posix: true,
      body: async (fs, at) => {
        await fs.mkdir(at('a'), 0o700);
        await fs.mkdir(at('b'), {mode: 0o750});
        await fs.mkdir(at('c'), '711');
        await fs.mkdir(at('d'));
        const modes = await Promise.all(['a', 'b', 'c', 'd'].map(async (name) => (await fs.stat(at(name))).mode & 0o7777));
        expect(modes).toEqual([0o700, 0o750, 0o711, 0o755]);
      },
    },
  ]),
  ...group('mkdtemp', [
    {
      name: 'makes one of its own each time',
      body: async (fs, at) => {
        const made = [await fs.mkdtemp(at('tmp-')), await fs.mkdtemp(at('tmp-'))];
        expect(new Set(made).size).toBe(2);
        for (const path of made) {
          expect(path).toMatch(/tmp-[A-Za-z0-9]{6}$/);
          expect((await fs.stat(path)).isDirectory()).toBe(true);
        }
      },
    },
    {
      name: 'that is for the owner alone',
      posix: true,
      body: async (fs, at) => expect((await fs.stat(await fs.mkdtemp(at('t')))).mode).toBe(0o40700),
    },
    {
      name: 'needs the directory',
      body: async (fs, at) => {
        const path = expect.stringMatching(/no\/t......$/);
        await expect(fs.mkdtemp(at('no/t'))).rejects.toMatchObject({code: 'ENOENT', syscall: 'mkdtemp', path});
      },
    },
  ]),
  ...group('readdir', [
    {
      name: 'gives names',
      body: async (fs, at) => {
        await plant(fs, at);
        expect((await fs.readdir(at('tree'))).sort()).toEqual(['a', 'f']);
        expect(await fs.readdir(at('tree/a/b'))).toEqual(['h']);
        await fs.mkdir(at('empty'));
        expect(await fs.readdir(at('empty'))).toEqual([]);
      },
    },
    {
      name: 'gives bytes, and other encodings',
      body: async (fs, at) => {
        await fs.writeFile(at('ü'), '');
        expect(await fs.readdir(at(), 'buffer')).toEqual([Buffer.from('ü')]);
        expect(await fs.readdir(at(), {encoding: 'buffer'})).toEqual([Buffer.from('ü')]);
        expect(await fs.readdir(at(), 'hex')).toEqual([Buffer.from('ü').toString('hex')]);
      },
    },
    {
      name: 'gives types',
      body: async (fs, at) => {
        await plant(fs, at);
        const found = await fs.readdir(at('tree'), {withFileTypes: true});
        const told = found.map((entry) => [entry.name, entry.isDirectory(), entry.isFile(), entry.isSymbolicLink()]);
        expect(told.sort()).toEqual([
          ['a', true, false, false],
          ['f', false, true, false],
        ]);
        expect(found.every(({parentPath}) => parentPath === at('tree'))).toBe(true);
      },
    },
    {
      name: 'gives the types of links and fifos',
      posix: true,
      body: async (fs, at) => {
        await fs.symlink('nowhere', at('link'));
        const [entry] = await fs.readdir(at(), {withFileTypes: true});
        expect([entry!.isSymbolicLink(), entry!.isFile(), entry!.isFIFO()]).toEqual([true, false, false]);
      },
    },
    {
      name: 'gives all below',
      body: async (fs, at) => {
        await plant(fs, at);
        const all = ['a', 'a/b', 'a/b/h', 'a/g', 'f'];
        expect((await fs.readdir(at('tree'), {recursive: true})).sort()).toEqual(all);
        const entries = await fs.readdir(at('tree'), {recursive: true, withFileTypes: true});
        expect(entries.map(({parentPath, name}) => `${parentPath}/${name}`).sort()).toEqual(
          all.map((name) => at(`tree/${name}`)),
        );
      },
    },
    {name: 'of nothing', body: async (fs, at) => fails(fs.readdir(at('no')), 'ENOENT', 'scandir', at('no'))},
    {
      name: 'of a file',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fails(fs.readdir(at('f')), 'ENOTDIR', 'scandir', at('f'));
      },
    },
    {
      name: 'of many',
      // vfat looks through all of a directory for each new name.
      posix: true,
      body: async (fs, at) => {
        const names = Array.from({length: 2500}, (_, index) => `file ${String(index).padStart(4, '0')}`);
        await Promise.all(names.map((name) => fs.writeFile(at(name), '')));
        expect((await fs.readdir(at())).sort()).toEqual(names);
      },
    },
  ]),
  ...group('opendir', [
    {
      name: 'reads one after the other, null at the end',
      body: async (fs, at) => {
        await plant(fs, at);
        const directory = await fs.opendir(at('tree'));
        const names = [(await directory.read())!.name, (await directory.read())!.name].sort();
        expect(names).toEqual(['a', 'f']);
        expect(await directory.read()).toBeNull();
        expect(directory.path).toBe(at('tree'));
        expect(await directory.close()).toBeUndefined();
      },
    },
    {
      name: 'is iterated, and closes itself',
      body: async (fs, at) => {
        await plant(fs, at);
        const directory = await fs.opendir(at('tree'));
        const names: string[] = [];
        for await (const entry of directory) names.push(`${entry.name} ${entry.isDirectory()}`);
        expect(names.sort()).toEqual(['a true', 'f false']);
        await expect((async () => directory.close())()).rejects.toThrow();
      },
    },
    {
      name: 'can be left early',
      body: async (fs, at) => {
        await plant(fs, at);
        const directory = await fs.opendir(at('tree'));
        for await (const _ of directory) break;
        await expect((async () => directory.read())()).rejects.toThrow();
      },
    },
    {name: 'of nothing', body: async (fs, at) => fails(fs.opendir(at('no')), 'ENOENT', 'opendir', at('no'))},
    {
      name: 'of a file',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fails(fs.opendir(at('f')), 'ENOTDIR', 'opendir', at('f'));
      },
    },
  ]),
  ...group('unlink', [
    {
      name: 'removes a file',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fs.unlink(at('f'));
        await fails(fs.unlink(at('f')), 'ENOENT', 'unlink', at('f'));
      },
    },
    {
      name: 'refuses a directory',
      body: async (fs, at) => fails(fs.unlink(at()), 'EISDIR', 'unlink', at()),
    },
    {
      name: 'removes a link, not what it leads to',
      posix: true,
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fs.symlink('f', at('link'));
        await fs.unlink(at('link'));
        expect(await fs.readdir(at())).toEqual(['f']);
      },
    },
  ]),
  ...group('rmdir', [
    {
      name: 'removes an empty one',
      body: async (fs, at) => {
        await fs.mkdir(at('d'));
        await fs.rmdir(at('d'));
        await fails(fs.rmdir(at('d')), 'ENOENT', 'rmdir', at('d'));
      },
    },
    {
      name: 'refuses one that is not empty',
      body: async (fs, at) => {
        await plant(fs, at);
        await fails(fs.rmdir(at('tree')), 'ENOTEMPTY', 'rmdir', at('tree'));
      },
    },
    {
      name: 'refuses a file',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fails(fs.rmdir(at('f')), 'ENOTDIR', 'rmdir', at('f'));
      },
    },
  ]),
  ...group('rm', [
    {
      name: 'removes a file',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fs.rm(at('f'));
        expect(await fs.readdir(at())).toEqual([]);
      },
    },
    {
      name: 'of nothing fails, unless forced',
      body: async (fs, at) => {
        await expect(fs.rm(at('f'))).rejects.toMatchObject({code: 'ENOENT', path: at('f')});
        expect(await fs.rm(at('f'), {force: true})).toBeUndefined();
        expect(await fs.rm(at('f'), {force: true, recursive: true})).toBeUndefined();
      },
    },
    {
      name: 'refuses a directory, even when forced',
      body: async (fs, at) => {
        await plant(fs, at);
        for (const force of [false, true])
          await expect(fs.rm(at('tree'), {force})).rejects.toMatchObject({code: 'ERR_FS_EISDIR', syscall: 'rm'});
        expect((await fs.readdir(at('tree'))).length).toBe(2);
      },
    },
    {
      name: 'with recursive removes a tree, and a file as well',
      body: async (fs, at) => {
        await plant(fs, at);
        await fs.rm(at('tree/f'), {recursive: true});
        await fs.rm(at('tree'), {recursive: true});
        expect(await fs.readdir(at())).toEqual([]);
      },
    },
    {
      name: 'with recursive removes links, not what they lead to',
      posix: true,
      body: async (fs, at) => {
        await plant(fs, at);
        await fs.mkdir(at('other'));
        for (const name of ['tree', '../tree', 'nowhere']) await fs.symlink(name, at(`other/${name.replaceAll('/', '-')}`));
        await fs.rm(at('other'), {recursive: true});
        expect((await fs.readdir(at('tree'), {recursive: true})).length).toBe(5);
      },
    },
    {
      name: 'with recursive removes many, and what lies deep',
      body: async (fs, at) => {
        const deep = at(`tree${'/d'.repeat(100)}`);
        await fs.mkdir(deep, {recursive: true});
        await Promise.all(Array.from({length: 1500}, (_, index) => fs.writeFile(`${deep}/f${index}`, '')));
        await fs.rm(at('tree'), {recursive: true});
        expect(await fs.readdir(at())).toEqual([]);
      },
    },
  ]),
];

/** What only a volume has. */
export const volumeDirectoryCases: Case[] = group('rm', [
  {
    name: 'stops when the signal has fired',
    body: async (fs, at) => {
      await plant(fs, at);
      await aborts(fs.rm(at('tree'), {recursive: true, signal: AbortSignal.abort()} as never));
      expect((await fs.readdir(at('tree'))).length).toBe(2);
    },
  },
]);
