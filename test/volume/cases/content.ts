// SPDX-License-Identifier: GPL-2.0-only
// readFile, writeFile, appendFile, copyFile, truncate.
import {Readable} from 'node:stream';
import {expect} from 'vitest';
import {aborts, fails, group, refuses, type Case} from './case.ts';

const BIG = Buffer.from(Array.from({length: 3_000_001}, (_, index) => (index * 7919) >> 5));

async function* late(...pieces: string[]) {
  for (const piece of pieces) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield piece;
  }
}

const written: Case[] = (
  [
    ['a string', 'höllo', 'höllo'],
    ['nothing', '', ''],
    ['a Buffer', Buffer.from('bytes'), 'bytes'],
    ['a Uint8Array', new Uint8Array([97, 98]), 'ab'],
    ['part of a buffer', Buffer.from('abcdef').subarray(2, 4), 'cd'],
    ['a DataView', new DataView(new Uint8Array([97, 98, 99]).buffer, 1), 'bc'],
    ['a Uint16Array', new Uint16Array([0x6261]), 'ab'],
  ] as const
).map(([what, content, expected]) => ({
  name: `writes ${what}`,
  body: async (fs, at) => {
    await fs.writeFile(at('f'), content);
    expect(await fs.readFile(at('f'), 'utf8')).toBe(expected);
  },
}));

const encoded: Case[] = (
  [
    ['utf8', 'ü', [0xc3, 0xbc]],
    ['latin1', 'ü', [0xfc]],
    ['utf16le', 'a', [97, 0]],
    ['hex', '00ff', [0, 0xff]],
    ['base64', 'AAH/', [0, 1, 0xff]],
    ['ascii', 'a', [97]],
  ] as const
).flatMap(([encoding, text, bytes]): Case[] => [
  {
    name: `writes and reads ${encoding}`,
    body: async (fs, at) => {
      await fs.writeFile(at('f'), text, encoding);
      expect([...(await fs.readFile(at('f')))]).toEqual([...bytes]);
      expect(await fs.readFile(at('f'), {encoding})).toBe(text);
    },
  },
]);

const iterables: Case[] = (
  [
    ['an array of strings', () => ['a', 'b', 'c']],
    ['an array of buffers', () => [Buffer.from('ab'), Buffer.from('c')]],
    ['a set', () => new Set(['a', 'b', 'c'])],
    [
      'a generator',
      function* () {
        yield 'ab';
        yield 'c';
      },
    ],
    ['an async generator', () => late('a', 'bc')],
    ['a stream', () => Readable.from(['abc'])],
    ['a stream of many pieces', () => Readable.from(['a', 'b', 'c'])],
  ] as [string, () => Iterable<string>][]
).map(([what, make]) => ({
  name: `writes ${what}`,
  body: async (fs, at) => {
    await fs.writeFile(at('f'), make());
    expect(await fs.readFile(at('f'), 'utf8')).toBe('abc');
  },
}));

export const contentCases: Case[] = [
  ...group('writeFile', [
    ...written,
    ...encoded,
    ...iterables,
    {
      name: 'makes a file shorter',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'a long text');
        await fs.writeFile(at('f'), 'short');
        expect((await fs.stat(at('f'))).size).toBe(5);
      },
    },
    {
      name: 'takes megabytes',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), BIG);
        expect((await fs.readFile(at('f'))).equals(BIG)).toBe(true);
      },
    },
    {
      name: 'with flag a adds',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'one');
        await fs.writeFile(at('f'), 'two', {flag: 'a'});
        expect(await fs.readFile(at('f'), 'utf8')).toBe('onetwo');
      },
    },
    {
      name: 'with flag r+ writes over the beginning',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        await fs.writeFile(at('f'), 'XY', {flag: 'r+'});
        expect(await fs.readFile(at('f'), 'utf8')).toBe('XYcdef');
      },
    },
    {
      name: 'with flag wx refuses what exists, and leaves it',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'old');
        await fails(fs.writeFile(at('f'), 'new', {flag: 'wx'}), 'EEXIST', 'open', at('f'));
        expect(await fs.readFile(at('f'), 'utf8')).toBe('old');
      },
    },
    {
      name: 'needs the directory',
      body: async (fs, at) => fails(fs.writeFile(at('no/f'), ''), 'ENOENT', 'open', at('no/f')),
    },
    {
      name: 'refuses a directory',
      body: async (fs, at) => fails(fs.writeFile(at(), ''), 'EISDIR', 'open', at()),
    },
    {
      name: 'refuses a path through a file',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fails(fs.writeFile(at('f/g'), ''), 'ENOTDIR', 'open', at('f/g'));
      },
    },
    {
      name: 'refuses what is no content',
      body: async (fs, at) => {
        for (const wrong of [1, null, undefined, {}, true])
          await refuses(() => fs.writeFile(at('f'), wrong as never), 'ERR_INVALID_ARG_TYPE');
      },
    },
    {
      name: 'refuses pieces that are no content',
      body: async (fs, at) => refuses(() => fs.writeFile(at('f'), [1] as never), 'ERR_INVALID_ARG_TYPE'),
    },
    {
      name: 'hands on what a generator throws, after writing what came before',
      body: async (fs, at) => {
        const failing = function* () {
          yield 'before';
          throw new Error('mine');
        };
        await expect(fs.writeFile(at('f'), failing())).rejects.toThrow('mine');
        expect(await fs.readFile(at('f'), 'utf8')).toBe('before');
      },
    },
    {
      name: 'gives new files the mode that is asked for',
      posix: true,
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '', {mode: 0o640});
        await fs.writeFile(at('g'), '', {mode: '600' as never});
        await fs.writeFile(at('h'), '');
        const modes = await Promise.all(['f', 'g', 'h'].map(async (name) => (await fs.stat(at(name))).mode));
        expect(modes).toEqual([0o100640, 0o100600, 0o100644]);
      },
    },
    {
      name: 'leaves the mode of a file that exists',
      posix: true,
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '', {mode: 0o600});
        await fs.writeFile(at('f'), 'x', {mode: 0o644});
        expect((await fs.stat(at('f'))).mode).toBe(0o100600);
      },
    },
    {
      name: 'keeps the inode of a file that exists',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'one');
        const {ino} = await fs.stat(at('f'));
        await fs.writeFile(at('f'), 'two');
        expect((await fs.stat(at('f'))).ino).toBe(ino);
      },
    },
    {
      name: 'writes through a symbolic link',
      posix: true,
      body: async (fs, at) => {
        await fs.symlink('f', at('link'));
        await fs.writeFile(at('link'), 'x');
        expect(await fs.readFile(at('f'), 'utf8')).toBe('x');
      },
    },
    {
      name: 'does nothing when the signal has fired',
      body: async (fs, at) => {
        await aborts(fs.writeFile(at('f'), 'x', {signal: AbortSignal.abort()}));
        await fails(fs.stat(at('f')), 'ENOENT', 'stat', at('f'));
      },
    },
    {
      name: 'stops between pieces when the signal fires',
      body: async (fs, at) => {
        const abort = new AbortController();
        const pieces = async function* () {
          yield 'first';
          abort.abort();
          yield 'second';
        };
        await aborts(fs.writeFile(at('f'), pieces(), {signal: abort.signal}));
        expect(await fs.readFile(at('f'), 'utf8')).toBe('first');
      },
    },
    {
      name: 'writes to a handle, from where it is',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        await using handle = await fs.open(at('f'), 'r+');
        await handle.read(Buffer.alloc(2), 0, 2);
        await fs.writeFile(handle, 'XY');
        expect(await fs.readFile(at('f'), 'utf8')).toBe('abXYef');
      },
    },
    {
      name: 'can be many at once',
      body: async (fs, at) => {
        const names = Array.from({length: 50}, (_, index) => `f${index}`);
        await Promise.all(names.map((name) => fs.writeFile(at(name), name)));
        expect(await Promise.all(names.map((name) => fs.readFile(at(name), 'utf8')))).toEqual(names);
      },
    },
  ]),
  ...group('appendFile', [
    {
      name: 'makes the file, then adds',
      body: async (fs, at) => {
        await fs.appendFile(at('f'), 'one');
        await fs.appendFile(at('f'), Buffer.from('two'));
        expect(await fs.readFile(at('f'), 'utf8')).toBe('onetwo');
      },
    },
    {
      name: 'knows encodings and modes',
      posix: true,
      body: async (fs, at) => {
        await fs.appendFile(at('f'), '6162', {encoding: 'hex', mode: 0o600});
        expect(await fs.readFile(at('f'), 'utf8')).toBe('ab');
        expect((await fs.stat(at('f'))).mode & 0o777).toBe(0o600);
      },
    },
    {name: 'refuses a directory', body: async (fs, at) => fails(fs.appendFile(at(), ''), 'EISDIR', 'open', at())},
  ]),
  ...group('readFile', [
    {name: 'of nothing', body: async (fs, at) => fails(fs.readFile(at('f')), 'ENOENT', 'open', at('f'))},
    {
      name: 'of a directory',
      body: async (fs, at) => {
        await expect(fs.readFile(at())).rejects.toMatchObject({code: 'EISDIR', syscall: 'read'});
      },
    },
    {
      name: 'of a file with a slash behind it',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fails(fs.readFile(at('f/')), 'ENOTDIR', 'open', at('f/'));
      },
    },
    {
      name: 'gives bytes without an encoding, text with one',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'x');
        expect(await fs.readFile(at('f'))).toEqual(Buffer.from('x'));
        expect(await fs.readFile(at('f'), null)).toEqual(Buffer.from('x'));
        expect(await fs.readFile(at('f'), {encoding: null})).toEqual(Buffer.from('x'));
        expect(await fs.readFile(at('f'), 'utf8')).toBe('x');
      },
    },
    {
      name: 'with flag a+ makes the file',
      body: async (fs, at) => {
        expect(await fs.readFile(at('f'), {encoding: 'utf8', flag: 'a+'})).toBe('');
        expect((await fs.stat(at('f'))).size).toBe(0);
      },
    },
    {
      name: 'follows links, and finds broken ones missing',
      posix: true,
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'x');
        await fs.symlink('f', at('good'));
        await fs.symlink('nowhere', at('bad'));
        expect(await fs.readFile(at('good'), 'utf8')).toBe('x');
        await fails(fs.readFile(at('bad')), 'ENOENT', 'open', at('bad'));
      },
    },
    {
      name: 'takes the path as bytes',
      body: async (fs, at) => {
        await fs.writeFile(Buffer.from(at('f')), 'x');
        expect(await fs.readFile(Buffer.from(at('f')), 'utf8')).toBe('x');
      },
    },
    {
      name: 'does nothing when the signal has fired',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'x');
        await aborts(fs.readFile(at('f'), {signal: AbortSignal.abort()}));
      },
    },
    {
      name: 'reads the rest of a handle',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        await using handle = await fs.open(at('f'));
        await handle.read(Buffer.alloc(2), 0, 2);
        expect(await fs.readFile(handle, 'utf8')).toBe('cdef');
      },
    },
    {name: 'refuses a NUL', body: async (fs, at) => refuses(() => fs.readFile(at('a\0b')), 'ERR_INVALID_ARG_VALUE')},
    {
      name: 'refuses what is no path',
      body: async (fs) => {
        for (const wrong of [null, undefined, {}, true])
          await refuses(() => fs.readFile(wrong as never), 'ERR_INVALID_ARG_TYPE');
      },
    },
  ]),
  ...group('copyFile', [
    {
      name: 'copies, also over a longer file',
      body: async (fs, at) => {
        await fs.writeFile(at('from'), 'short');
        await fs.writeFile(at('to'), 'a longer text');
        await fs.copyFile(at('from'), at('to'));
        expect(await fs.readFile(at('to'), 'utf8')).toBe('short');
      },
    },
    {
      name: 'copies megabytes and holes',
      body: async (fs, at) => {
        await fs.writeFile(at('from'), BIG);
        await fs.truncate(at('from'), 5_000_000);
        await fs.copyFile(at('from'), at('to'));
        const copy = await fs.readFile(at('to'));
        expect(copy.length).toBe(5_000_000);
        expect(copy.subarray(0, BIG.length).equals(BIG)).toBe(true);
        expect(copy.subarray(BIG.length).every((byte) => byte === 0)).toBe(true);
      },
    },
    {
      name: 'gives the copy the mode of the source',
      posix: true,
      body: async (fs, at) => {
        await fs.writeFile(at('from'), '', {mode: 0o750});
        await fs.copyFile(at('from'), at('to'));
        expect((await fs.stat(at('to'))).mode).toBe(0o100750);
      },
    },
    {
      name: 'with COPYFILE_EXCL refuses what exists',
      body: async (fs, at) => {
        await fs.writeFile(at('from'), 'new');
        await fs.writeFile(at('to'), 'old');
        const copied = fs.copyFile(at('from'), at('to'), fs.constants?.COPYFILE_EXCL ?? 1);
        await fails(copied, 'EEXIST', 'copyfile', at('from'), at('to'));
        expect(await fs.readFile(at('to'), 'utf8')).toBe('old');
      },
    },
    {
      name: 'with COPYFILE_FICLONE copies where it cannot share',
      body: async (fs, at) => {
        await fs.writeFile(at('from'), 'x');
        await fs.copyFile(at('from'), at('to'), 2);
        expect(await fs.readFile(at('to'), 'utf8')).toBe('x');
      },
    },
    {
      name: 'of nothing',
      body: async (fs, at) => fails(fs.copyFile(at('a'), at('b')), 'ENOENT', 'copyfile', at('a'), at('b')),
    },
    {
      name: 'to a directory',
      body: async (fs, at) => {
        await fs.writeFile(at('a'), '');
        await fails(fs.copyFile(at('a'), at()), 'EISDIR', 'copyfile', at('a'), at());
      },
    },
    {
      name: 'onto itself leaves the content',
      body: async (fs, at) => {
        await fs.writeFile(at('a'), 'x');
        await fs.copyFile(at('a'), at('a'));
        expect(await fs.readFile(at('a'), 'utf8')).toBe('x');
      },
    },
  ]),
  ...group('truncate', [
    {
      name: 'makes shorter, longer and empty',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        await fs.truncate(at('f'), 3);
        expect(await fs.readFile(at('f'), 'utf8')).toBe('abc');
        await fs.truncate(at('f'), 5);
        expect(await fs.readFile(at('f'), 'utf8')).toBe('abc\0\0');
        await fs.truncate(at('f'));
        expect((await fs.stat(at('f'))).size).toBe(0);
      },
    },
    {name: 'of nothing', body: async (fs, at) => fails(fs.truncate(at('f')), 'ENOENT', 'open', at('f'))},
    {name: 'of a directory', body: async (fs, at) => fails(fs.truncate(at()), 'EISDIR', 'open', at())},
  ]),
];
