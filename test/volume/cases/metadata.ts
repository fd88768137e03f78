// SPDX-License-Identifier: GPL-2.0-only
// stat, access, chmod, chown, utimes, and streams.
import {constants} from 'node:fs';
import {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {pipeline} from 'node:stream/promises';
import {expect} from 'vitest';
import {aborts, fails, group, refuses, type Case} from './case.ts';

const times: Case[] = (
  [
    ['a Date', new Date(1_500_000_000_250), 1_500_000_000_250],
    ['seconds', 1_400_000_000, 1_400_000_000_000],
    ['parts of a second', 1.25, 1250],
    ['text', '1300000000', 1_300_000_000_000],
    ['a Date before 1970', new Date(-5000), -5000],
    ['the beginning', 0, 0],
  ] as const
).map(([what, time, expected]) => ({
  name: `takes ${what}`,
  posix: true,
  body: async (fs, at) => {
    await fs.writeFile(at('f'), '');
    await fs.utimes(at('f'), time, time);
    const {atimeMs, mtimeMs, mtime} = await fs.stat(at('f'));
    expect([atimeMs, mtimeMs, mtime.getTime()]).toEqual([expected, expected, expected]);
  },
}));

export const metadataCases: Case[] = [
  ...group('stat', [
    {
      name: 'tells size and type',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abc');
        const stats = await fs.stat(at('f'));
        expect([stats.size, stats.isFile(), stats.isDirectory(), stats.isSymbolicLink()]).toEqual([3, true, false, false]);
        expect([stats.isFIFO(), stats.isSocket(), stats.isBlockDevice(), stats.isCharacterDevice()]).toEqual(
          [false, false, false, false],
        );
        expect(stats.blksize).toBeGreaterThan(0);
      },
    },
    {
      name: 'tells bigints',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abc');
        const stats = await fs.stat(at('f'), {bigint: true});
        const {size, mode, ino} = await fs.stat(at('f'));
        expect([stats.size, stats.mode, stats.ino]).toEqual([BigInt(size), BigInt(mode), BigInt(ino)]);
        expect(stats.mtimeNs / 1_000_000n).toBe(stats.mtimeMs);
      },
    },
    {name: 'of nothing', body: async (fs, at) => fails(fs.stat(at('no')), 'ENOENT', 'stat', at('no'))},
    {name: 'lstat of nothing', body: async (fs, at) => fails(fs.lstat(at('no')), 'ENOENT', 'lstat', at('no'))},
    {
      name: 'through a file',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fails(fs.stat(at('f/x')), 'ENOTDIR', 'stat', at('f/x'));
      },
    },
    {
      name: 'sees when a file was changed',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fs.utimes(at('f'), 1e9, 1e9);
        await fs.appendFile(at('f'), 'x');
        expect(Math.abs((await fs.stat(at('f'))).mtimeMs - Date.now())).toBeLessThan(60_000);
      },
    },
  ]),
  ...group('access', [
    {
      name: 'resolves for what is there',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        expect(await fs.access(at('f'))).toBeUndefined();
        expect(await fs.access(at('f'), constants.R_OK | constants.W_OK)).toBeUndefined();
      },
    },
    {name: 'of nothing', body: async (fs, at) => fails(fs.access(at('no')), 'ENOENT', 'access', at('no'))},
  ]),
  ...group('chmod', [
    {
      name: 'takes numbers and octal text',
      posix: true,
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fs.chmod(at('f'), 0o4711);
        expect((await fs.stat(at('f'))).mode).toBe(0o104711);
        await fs.chmod(at('f'), '640');
        expect((await fs.stat(at('f'))).mode).toBe(0o100640);
      },
    },
    {
      name: 'changes what a link leads to, and directories',
      posix: true,
      body: async (fs, at) => {
        await fs.mkdir(at('d'));
        await fs.symlink('d', at('link'));
        await fs.chmod(at('link'), 0o1750);
        expect((await fs.stat(at('d'))).mode).toBe(0o41750);
      },
    },
    {name: 'of nothing', body: async (fs, at) => fails(fs.chmod(at('no'), 0o600), 'ENOENT', 'chmod', at('no'))},
    {
      name: 'refuses what is no mode',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await refuses(() => fs.chmod(at('f'), '9' as never), 'ERR_INVALID_ARG_VALUE');
      },
    },
    {
      name: 'of a link is refused',
      body: async (fs, at) => refuses(() => fs.lchmod(at('f'), 0o600), 'ERR_METHOD_NOT_IMPLEMENTED'),
    },
  ]),
  ...group('chown', [
    {
      name: 'sets both',
      posix: true,
      root: true,
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fs.chown(at('f'), 123, 70_000);
        expect(await fs.stat(at('f'))).toMatchObject({uid: 123, gid: 70_000});
      },
    },
    {
      name: 'leaves what is -1, and clears setuid',
      posix: true,
      root: true,
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fs.chown(at('f'), 5, 6);
        await fs.chmod(at('f'), 0o4755);
        await fs.chown(at('f'), -1, 7);
        expect(await fs.stat(at('f'))).toMatchObject({uid: 5, gid: 7, mode: 0o100755});
      },
    },
    {
      name: 'lchown changes the link itself',
      posix: true,
      root: true,
      body: async (fs, at) => {
        await fs.symlink('nowhere', at('link'));
        await fs.lchown(at('link'), 8, 9);
        expect(await fs.lstat(at('link'))).toMatchObject({uid: 8, gid: 9});
        await fails(fs.chown(at('link'), 8, 9), 'ENOENT', 'chown', at('link'));
      },
    },
    {name: 'of nothing', body: async (fs, at) => fails(fs.chown(at('no'), 1, 1), 'ENOENT', 'chown', at('no'))},
    {name: 'lchown of nothing', body: async (fs, at) => fails(fs.lchown(at('no'), 1, 1), 'ENOENT', 'lchown', at('no'))},
    {
      name: 'refuses what is no owner',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await refuses(() => fs.chown(at('f'), 2 ** 33, 0), 'ERR_OUT_OF_RANGE');
        await refuses(() => fs.chown(at('f'), 0, 1.5), 'ERR_OUT_OF_RANGE');
      },
    },
  ]),
  ...group('utimes', [
    ...times,
    {name: 'of nothing', body: async (fs, at) => fails(fs.utimes(at('no'), 1, 1), 'ENOENT', 'utime', at('no'))},
    {
      name: 'refuses what is no time',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await refuses(() => fs.utimes(at('f'), {} as never, 1), 'ERR_INVALID_ARG_TYPE');
        await refuses(() => fs.utimes(at('f'), 1, 'yesterday'), 'ERR_INVALID_ARG_TYPE');
      },
    },
    {
      name: 'lutimes changes the link itself',
      posix: true,
      body: async (fs, at) => {
        await fs.writeFile(at('f'), '');
        await fs.utimes(at('f'), 1000, 2000);
        await fs.symlink('f', at('link'));
        await fs.lutimes(at('link'), 3000, 4000);
        expect((await fs.lstat(at('link'))).mtimeMs).toBe(4_000_000);
        expect((await fs.stat(at('link'))).mtimeMs).toBe(2_000_000);
        await fails(fs.lutimes(at('no'), 1, 1), 'ENOENT', 'lutime', at('no'));
      },
    },
    {
      name: 'changes directories',
      posix: true,
      body: async (fs, at) => {
        await fs.mkdir(at('d'));
        await fs.utimes(at('d'), 1000, 2000);
        expect(await fs.stat(at('d'))).toMatchObject({atimeMs: 1_000_000, mtimeMs: 2_000_000});
      },
    },
  ]),
  ...group('createReadStream', [
    {
      name: 'gives all, a part, and text',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        expect(await text(fs.createReadStream(at('f')))).toBe('abcdef');
        expect(await text(fs.createReadStream(at('f'), {start: 1, end: 3}))).toBe('bcd');
        expect(await text(fs.createReadStream(at('f'), {start: 10}))).toBe('');
        const pieces: unknown[] = [];
        for await (const piece of fs.createReadStream(at('f'), {encoding: 'utf8', highWaterMark: 4})) pieces.push(piece);
        expect(pieces).toEqual(['abcd', 'ef']);
      },
    },
    {
      name: 'tells its path, what it read, and events',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        const stream = fs.createReadStream(at('f'));
        const events: string[] = [];
        for (const event of ['open', 'ready', 'end', 'close']) stream.on(event, () => events.push(event));
        stream.resume();
        await new Promise<void>((resolve) => stream.on('close', resolve));
        expect(events).toEqual(['open', 'ready', 'end', 'close']);
        expect([stream.path, stream.bytesRead]).toEqual([at('f'), 6]);
      },
    },
    {
      name: 'of nothing',
      body: async (fs, at) => fails(text(fs.createReadStream(at('no'))), 'ENOENT', 'open', at('no')),
    },
    {
      name: 'ends when the signal fires',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'x');
        const abort = new AbortController();
        const reading = text(fs.createReadStream(at('f'), {signal: abort.signal}));
        abort.abort();
        await aborts(reading);
      },
    },
    {
      name: 'can be left early',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'x'.repeat(300_000));
        const stream = fs.createReadStream(at('f'), {highWaterMark: 1000});
        for await (const piece of stream) {
          expect((piece as Buffer).length).toBe(1000);
          break;
        }
        expect(stream.destroyed).toBe(true);
      },
    },
  ]),
  ...group('createWriteStream', [
    {
      name: 'takes a pipeline',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'x'.repeat(300_000));
        await pipeline(fs.createReadStream(at('f'), {highWaterMark: 7000}), fs.createWriteStream(at('g')));
        expect(await fs.readFile(at('g'), 'utf8')).toBe('x'.repeat(300_000));
      },
    },
    {
      name: 'writes pieces in their order, and counts',
      body: async (fs, at) => {
        const stream = fs.createWriteStream(at('f'));
        for (let index = 0; index < 1000; index++) stream.write(`${index}\n`);
        stream.end();
        await new Promise<void>((resolve, reject) => stream.on('close', resolve).on('error', reject));
        expect((await fs.readFile(at('f'), 'utf8')).split('\n').length).toBe(1001);
        expect(stream.bytesWritten).toBe(3890);
      },
    },
    {
      name: 'adds with flag a, and writes from a start with r+',
      body: async (fs, at) => {
        await fs.writeFile(at('f'), 'abcdef');
        await pipeline(Readable.from(['XY']), fs.createWriteStream(at('f'), {flags: 'a'}));
        await pipeline(Readable.from(['Z']), fs.createWriteStream(at('f'), {flags: 'r+', start: 2}));
        expect(await fs.readFile(at('f'), 'utf8')).toBe('abZdefXY');
      },
    },
    {
      name: 'knows modes',
      posix: true,
      body: async (fs, at) => {
        await pipeline(Readable.from(['x']), fs.createWriteStream(at('f'), {mode: 0o600}));
        expect((await fs.stat(at('f'))).mode).toBe(0o100600);
      },
    },
    {
      name: 'to nowhere',
      body: async (fs, at) => {
        const piped = pipeline(Readable.from(['x']), fs.createWriteStream(at('no/f')));
        await fails(piped, 'ENOENT', 'open', at('no/f'));
      },
    },
    {
      name: 'to a directory',
      body: async (fs, at) => fails(pipeline(Readable.from(['x']), fs.createWriteStream(at())), 'EISDIR', 'open', at()),
    },
    {
      name: 'ends when the signal fires',
      body: async (fs, at) => {
        const abort = new AbortController();
        const stream = fs.createWriteStream(at('f'), {signal: abort.signal});
        const ended = new Promise((_, reject) => stream.on('error', reject));
        stream.write('x');
        abort.abort();
        await aborts(ended);
      },
    },
  ]),
];
