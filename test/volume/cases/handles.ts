// SPDX-License-Identifier: GPL-2.0-only
// open() and FileHandle.
import {constants} from 'node:fs';
import {text} from 'node:stream/consumers';
import {expect} from 'vitest';
import {fails, group, refuses, type Case} from './case.ts';

const {O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR, O_WRONLY} = constants;

/** What each word does to a file that holds "abc", and to none. */
const words: Case[] = (
  [
    ['r', 'abc', 'ENOENT'],
    ['rs', 'abc', 'ENOENT'],
    ['r+', 'abc', 'ENOENT'],
    ['rs+', 'abc', 'ENOENT'],
    ['w', '', ''],
    ['wx', 'EEXIST', ''],
    ['w+', '', ''],
    ['wx+', 'EEXIST', ''],
    ['a', 'abc', ''],
    ['as', 'abc', ''],
    ['ax', 'EEXIST', ''],
    ['a+', 'abc', ''],
    ['as+', 'abc', ''],
    ['ax+', 'EEXIST', ''],
  ] as const
).map(([flag, there, missing]) => ({
  name: flag,
  body: async (fs, at) => {
    await fs.writeFile(at('there'), 'abc');
    for (const [name, expected] of [
      ['there', there],
      ['missing', missing],
    ] as const) {
      if (expected === 'ENOENT' || expected === 'EEXIST') await fails(fs.open(at(name), flag), expected, 'open', at(name));
      else {
        await (await fs.open(at(name), flag)).close();
        expect(await fs.readFile(at(name), 'utf8')).toBe(expected);
      }
    }
  },
}));

export const handleCases: Case[] = [
  ...group('open', [
    ...words,
    {
      name: 'takes numbers',
      body: async (fs, at) => {
        await (await fs.open(at('f'), O_WRONLY | O_CREAT | O_EXCL, 0o600)).close();
        await fails(fs.open(at('f'), O_RDWR | O_CREAT | O_EXCL), 'EEXIST', 'open', at('f'));
        await fails(fs.open(at('f'), O_RDONLY | O_DIRECTORY), 'ENOTDIR', 'open', at('f'));
      },
    },
    {
      name: 'does not follow a link with O_NOFOLLOW, nor make what one leads to with O_EXCL',
      posix: true,
      body: async (fs, at) => {
        await fs.symlink('f', at('link'));
        await fails(fs.open(at('link'), O_RDONLY | O_NOFOLLOW), 'ELOOP', 'open', at('link'));
        await fails(fs.open(at('link'), 'wx'), 'EEXIST', 'open', at('link'));
      },
    },
    {
      name: 'gives a new file the mode that is asked for',
      posix: true,
      body: async (fs, at) => {
        await (await fs.open(at('f'), 'w', 0o604)).close();
        expect((await fs.stat(at('f'))).mode).toBe(0o100604);
      },
    },
    {
      name: 'refuses other words',
      body: async (fs, at) => refuses(() => fs.open(at('f'), 'q'), 'ERR_INVALID_ARG_VALUE'),
    },
    {
      name: 'opens a directory to read, not to write',
      body: async (fs, at) => {
        await using handle = await fs.open(at());
        expect((await handle.stat()).isDirectory()).toBe(true);
        await fails(fs.open(at(), 'r+'), 'EISDIR', 'open', at());
      },
    },
  ]),
  ...group('FileHandle.read', [
    {
      name: 'goes on where the last one ended',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        await using handle = await fs.open(at('f'));
        const buffer = Buffer.alloc(4);
        expect((await handle.read(buffer)).bytesRead).toBe(4);
        expect((await handle.read(buffer)).bytesRead).toBe(2);
        expect(buffer.toString()).toBe('efcd');
        expect((await handle.read(buffer)).bytesRead).toBe(0);
      },
    },
    {
      name: 'at a position leaves the place',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        await using handle = await fs.open(at('f'));
        const buffer = Buffer.alloc(2);
        await handle.read(buffer, 0, 2, 3);
        expect(buffer.toString()).toBe('de');
        await handle.read(buffer, 0, 2, null);
        expect(buffer.toString()).toBe('ab');
      },
    },
    {
      name: 'takes -1 for where it is',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        await using handle = await fs.open(at('f'));
        const buffer = Buffer.alloc(1);
        await handle.read(buffer, 0, 1, 4);
        expect(buffer.toString()).toBe('e');
        await handle.read(buffer, 0, 1, -1);
        expect(buffer.toString()).toBe('a');
      },
    },
    {
      name: 'puts the bytes where they shall be',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abc');
        await using handle = await fs.open(at('f'));
        const buffer = Buffer.from('......');
        const result = await handle.read(buffer, 2, 3, 0);
        expect(result).toEqual({bytesRead: 3, buffer});
        expect(result.buffer).toBe(buffer);
        expect(buffer.toString()).toBe('..abc.');
      },
    },
    {
      name: 'takes an object',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abc');
        await using handle = await fs.open(at('f'));
        const buffer = Buffer.alloc(4);
        expect((await handle.read({buffer, offset: 1, length: 2, position: 1})).bytesRead).toBe(2);
        expect(buffer.toString()).toBe('\0bc\0');
        expect((await handle.read(buffer, {position: 0})).bytesRead).toBe(3);
      },
    },
    {
      name: 'has a buffer of its own',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abc');
        await using handle = await fs.open(at('f'));
        const {bytesRead, buffer} = await handle.read();
        expect([bytesRead, buffer.byteLength]).toEqual([3, 16384]);
      },
    },
    {
      name: 'refuses what does not fit',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abc');
        await using handle = await fs.open(at('f'));
        await refuses(() => handle.read(Buffer.alloc(4), 2, 3, 0), 'ERR_OUT_OF_RANGE');
        await refuses(() => handle.read(Buffer.alloc(4), 5, 1, 0), 'ERR_OUT_OF_RANGE');
      },
    },
    {
      name: 'is refused to a file that is open to write',
      body: async (fs, at) => {
        await using handle = await fs.open(at('f'), 'w');
        await expect(handle.read(Buffer.alloc(1), 0, 1, 0)).rejects.toMatchObject({code: 'EBADF', syscall: 'read'});
      },
    },
    {
      name: 'fills several buffers',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        await using handle = await fs.open(at('f'));
        const buffers = [Buffer.alloc(2), Buffer.alloc(3), Buffer.alloc(4)];
        expect((await handle.readv(buffers)).bytesRead).toBe(6);
        expect(buffers.map(String)).toEqual(['ab', 'cde', 'f\0\0\0']);
        expect((await handle.readv(buffers, 4)).bytesRead).toBe(2);
      },
    },
  ]),
  ...group('FileHandle.write', [
    {
      name: 'goes on where the last one ended',
      body: async (fs, at) => {
        await using handle = await fs.open(at('f'), 'w');
        expect(await handle.write('ab')).toMatchObject({bytesWritten: 2, buffer: 'ab'});
        await handle.write(Buffer.from('cd'));
        expect(await fs.readFile(at('f'), 'utf8')).toBe('abcd');
      },
    },
    {
      name: 'shares its place with reads',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        await using handle = await fs.open(at('f'), 'r+');
        await handle.read(Buffer.alloc(2), 0, 2);
        await handle.write('XY');
        const {buffer} = await handle.read(Buffer.alloc(2), 0, 2);
        expect(buffer.toString()).toBe('ef');
        expect(await fs.readFile(at('f'), 'utf8')).toBe('abXYef');
      },
    },
    {
      name: 'takes part of a buffer, and a position',
      body: async (fs, at) => {
        await using handle = await fs.open(at('f'), 'w+');
        await handle.write('......');
        expect((await handle.write(Buffer.from('abcdef'), 2, 2, 1)).bytesWritten).toBe(2);
        await handle.write('Z', 5, 'utf8');
        expect(await fs.readFile(at('f'), 'utf8')).toBe('.cd..Z');
      },
    },
    {
      name: 'takes an object',
      body: async (fs, at) => {
        await using handle = await fs.open(at('f'), 'w');
        await handle.write(Buffer.from('abcdef'), {offset: 1, length: 3, position: 2} as never);
        expect(await fs.readFile(at('f'), 'utf8')).toBe('\0\0bcd');
      },
    },
    {
      name: 'behind the end leaves zeroes',
      body: async (fs, at) => {
        await using handle = await fs.open(at('f'), 'w');
        await handle.write('x', 70_000);
        const content = await fs.readFile(at('f'));
        expect(content.length).toBe(70_001);
        expect(content.subarray(0, 70_000).every((byte) => byte === 0)).toBe(true);
      },
    },
    {
      name: 'knows encodings',
      body: async (fs, at) => {
        await using handle = await fs.open(at('f'), 'w');
        expect((await handle.write('00ff', null, 'hex')).bytesWritten).toBe(2);
        expect([...(await fs.readFile(at('f')))]).toEqual([0, 255]);
      },
    },
    {
      name: 'when appending goes to the end, wherever it shall',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abc');
        await using handle = await fs.open(at('f'), 'a+');
        await handle.write('X', 0);
        expect((await handle.read(Buffer.alloc(2), 0, 2, 0)).buffer.toString()).toBe('ab');
        await handle.write('Y');
        expect(await fs.readFile(at('f'), 'utf8')).toBe('abcXY');
      },
    },
    {
      name: 'is refused to a file that is open to read',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abc');
        await using handle = await fs.open(at('f'));
        await expect(handle.write('x')).rejects.toMatchObject({code: 'EBADF', syscall: 'write'});
      },
    },
    {
      name: 'refuses what does not fit',
      body: async (fs, at) => {
        await using handle = await fs.open(at('f'), 'w');
        await refuses(() => handle.write(Buffer.alloc(4), 2, 3), 'ERR_OUT_OF_RANGE');
      },
    },
    {
      name: 'writes several buffers',
      body: async (fs, at) => {
        await using handle = await fs.open(at('f'), 'w');
        expect((await handle.writev([Buffer.from('ab'), Buffer.from('c')])).bytesWritten).toBe(3);
        await handle.writev([Buffer.from('X'), Buffer.from('Y')], 1);
        expect(await fs.readFile(at('f'), 'utf8')).toBe('aXY');
      },
    },
    {
      name: 'sees a file without a name',
      body: async (fs, at) => {
        await using handle = await fs.open(at('f'), 'w+');
        await fs.unlink(at('f'));
        await handle.write('still there');
        expect((await handle.read(Buffer.alloc(5), 0, 5, 6)).buffer.toString()).toBe('there');
      },
    },
  ]),
  ...group('FileHandle', [
    {
      name: 'writeFile and appendFile go on where it is, and cut nothing off',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        await using handle = await fs.open(at('f'), 'r+');
        await handle.writeFile('XY');
        await handle.appendFile('Z');
        expect(await fs.readFile(at('f'), 'utf8')).toBe('XYZdef');
      },
    },
    {
      name: 'readFile ends at the end, then gives nothing',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abc');
        await using handle = await fs.open(at('f'));
        expect(await handle.readFile('utf8')).toBe('abc');
        expect(await handle.readFile({encoding: 'utf8'})).toBe('');
      },
    },
    {
      name: 'truncate',
      body: async (fs, at) => {
        await using handle = await fs.open(at('f'), 'w');
        await handle.write('abcdef');
        await handle.truncate(3);
        expect((await handle.stat()).size).toBe(3);
        await handle.truncate(10);
        expect((await handle.stat({bigint: true})).size).toBe(10n);
        await handle.truncate();
        expect((await handle.stat()).size).toBe(0);
      },
    },
    {
      name: 'sync and datasync',
      body: async (fs, at) => {
        await using handle = await fs.open(at('f'), 'w');
        await handle.write('x');
        expect(await handle.sync()).toBeUndefined();
        expect(await handle.datasync()).toBeUndefined();
      },
    },
    {
      name: 'chmod and utimes',
      posix: true,
      body: async (fs, at) => {
        await using handle = await fs.open(at('f'), 'w');
        await handle.chmod(0o751);
        await handle.utimes(1, new Date(2000));
        const {mode, atimeMs, mtimeMs} = await handle.stat();
        expect({mode, atimeMs, mtimeMs}).toEqual({mode: 0o100751, atimeMs: 1000, mtimeMs: 2000});
      },
    },
    {
      name: 'chown',
      posix: true,
      root: true,
      body: async (fs, at) => {
        await using handle = await fs.open(at('f'), 'w');
        await handle.chown(12, 34);
        expect(await handle.stat()).toMatchObject({uid: 12, gid: 34});
      },
    },
    {
      name: 'close, again and again',
      body: async (fs, at) => {
        const handle = await fs.open(at('f'), 'w');
        await handle.close();
        expect(await handle.close()).toBeUndefined();
        await expect((async () => handle.write('x'))()).rejects.toThrow();
      },
    },
    {
      name: 'createReadStream goes on where it is, and closes',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        const handle = await fs.open(at('f'));
        await handle.read(Buffer.alloc(2), 0, 2);
        expect(await text(handle.createReadStream())).toBe('cdef');
        await expect((async () => handle.stat())()).rejects.toThrow();
      },
    },
    {
      name: 'createReadStream of a part, without closing',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        await using handle = await fs.open(at('f'));
        expect(await text(handle.createReadStream({start: 1, end: 3, autoClose: false}))).toBe('bcd');
        expect((await handle.stat()).size).toBe(6);
      },
    },
    {
      name: 'createWriteStream',
      body: async (fs, at) => {
        const handle = await fs.open(at('f'), 'w');
        const stream = handle.createWriteStream();
        stream.write('abc');
        stream.end('def');
        await new Promise<void>((resolve, reject) => stream.on('close', resolve).on('error', reject));
        expect(await fs.readFile(at('f'), 'utf8')).toBe('abcdef');
      },
    },
    {
      name: 'readLines, whatever ends them',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'one\ntwo\r\n\nfour');
        await using handle = await fs.open(at('f'));
        const lines: string[] = [];
        for await (const line of handle.readLines()) lines.push(line);
        expect(lines).toEqual(['one', 'two', '', 'four']);
      },
    },
  ]),
];
