// SPDX-License-Identifier: GPL-2.0-only
// The sandbox of tools against a program that does what it should not (hostile.c): it is told an error number, or it is
// ended, and nothing outside of it is read, changed or kept busy.
import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {Errno as E, errnoOfLinux} from '../../src/tools/preview1.ts';
import {closeDisk, type Disk, hostile, buildHostile, makeDisk} from '../support/tool-programs.ts';

const SIZE = 1024 * 1024;
const MiB = 1024 * 1024;

let disk: Disk;

beforeAll(async () => {
  buildHostile();
  disk = await makeDisk(SIZE);
});

afterAll(() => closeDisk(disk));

it('numbers errors as preview 1 does', () => {
  // From the list in witx: 2big = 1, xdev = 75, notcapable = 76.
  expect([1, 2, 5, 9, 17, 22, 28, 30, 95].map(errnoOfLinux)).toEqual([63, 44, 29, 8, 20, 28, 51, 69, 58]);
  expect(errnoOfLinux(-18)).toBe(75);
  // EUCLEAN has no word there.
  expect(errnoOfLinux(117)).toBe(29);
});

describe('what it asks for', () => {
  it('is EFAULT when an address lies outside of its memory', async () => {
    const {said, exitCode} = await hostile(['pointers'], {disk});
    expect(said).toEqual(Array(15).fill(E.FAULT));
    expect(exitCode).toBe(0);
  });

  it('is not there: no file of the host by any path', async () => {
    const {said} = await hostile(['escapes'], {disk, files: {'/given.txt': 'given'}});
    const {NOTCAPABLE, NOENT, NOTDIR, ROFS, NOSYS, NAMETOOLONG} = E;
    expect(said.slice(0, 9)).toEqual([NOTCAPABLE, NOTCAPABLE, NOENT, NOENT, NOTCAPABLE, NOENT, NOENT, NOTDIR, NOENT]);
    // "tmp/.." is "/", which it may see, and "disk/" is no directory.
    expect(said[9]).toBeGreaterThan(200);
    expect(said.slice(10)).toEqual([NOTDIR, NOENT, ROFS, ROFS, ROFS, ROFS, NOSYS, NAMETOOLONG]);
  });

  it('is listed, and is all that there is', async () => {
    const {said} = await hostile(['list'], {disk, files: {'/etc/tool.conf': 'x'}});
    expect(said).toEqual(['.', '..', 'tmp', 'dev', 'disk', 'etc', 0]);
  });

  it('is an error number for descriptors that are not there, and there are 1,024 at most', async () => {
    const {said} = await hostile(['descriptors'], {disk});
    const {BADF, ISDIR, SPIPE, MFILE} = E;
    expect(said).toEqual([BADF, BADF, BADF, BADF, ISDIR, BADF, SPIPE, 1, 1020, 256 - MFILE]);
  });
});

describe('a disk', () => {
  it('has a fixed size', async () => {
    const {said, diskError} = await hostile(['edges'], {disk});
    const {FBIG, INVAL, NOTSUP} = E;
    expect(said).toEqual([0, SIZE, FBIG, 0, 1000, 0, 10, 0, 0, INVAL, INVAL, INVAL, FBIG, 0, 0, INVAL, NOTSUP]);
    expect(diskError).toBeUndefined();
    expect(readFileSync(disk.path)).toHaveLength(SIZE);
  });

  it('that is read-only is EROFS, and stays as it is', async () => {
    const {said} = await hostile(['read-only'], {disk, writable: false});
    const {ROFS, BADF, INVAL} = E;
    expect(said).toEqual([ROFS, ROFS, BADF, BADF, INVAL]);
    expect(readFileSync(disk.path).equals(Buffer.alloc(SIZE))).toBe(true);
  });

  it('whose handle is read-only refuses to write, whatever the caller says, and that is not forgotten', async () => {
    const locked = await makeDisk(SIZE, 'read-only');
    const {diskError} = await hostile(['edges'], {disk: locked});
    expect(diskError).toEqual({errno: 30, step: 'write', disk: '/disk'});
    await closeDisk(locked);
  });
});

describe('memory', () => {
  it('ends where the caller says', async () => {
    const {said, memory, outOfMemory} = await hostile(['bomb'], {disk, memory: 32 * MiB});
    // Its last 4 bytes can be read into.
    expect(said).toEqual([512, 0, 4]);
    expect(memory).toBe(32 * MiB);
    expect(outOfMemory).toBe(true);
  });

  it('can be 4 GiB', async () => {
    const {said} = await hostile(['bomb'], {disk, memory: 4096 * MiB});
    expect(said).toEqual([65536, 0, 4]);
  });

  it('that is too small to start is an error with the amount', async () => {
    const message = /hostile does not run: it needs \d+ bytes of memory/;
    await expect(hostile(['bomb'], {memory: MiB})).rejects.toThrow(message);
  });

  it('for temporary files is 64 MiB, and comes back', async () => {
    const {said} = await hostile(['scratch']);
    expect(said).toEqual([64, E.NOSPC, E.NOSPC, 0, 0, 7, 0, E.NOENT, 1]);
  });
});

describe('a program that breaks off', () => {
  const stopped = (words: string[]) => hostile(words).catch((error: Error & {code: string}) => error);

  it('is named, with its reason', async () => {
    expect(await stopped(['unreachable'])).toMatchObject({
      name: 'KdiskError',
      code: 'ERR_TOOL_TRAP',
      message: expect.stringMatching(/^hostile stopped in give_up\(\): unreachable$/),
    });
    expect(await stopped(['wild'])).toMatchObject({message: expect.stringContaining('memory access out of bounds')});
  });

  it('says that it was refused memory', async () => {
    const error = await hostile(['refused then trap'], {memory: 64 * MiB}).catch((error: Error) => error);
    expect(error).toMatchObject({message: 'hostile stopped in give_up(): it needs more than 64 MiB of memory'});
  });

  it('may have run out of its own stack, or of the thread\'s', async () => {
    const own = await stopped(['recursion']);
    expect(own).toMatchObject({code: 'ERR_TOOL_TRAP', message: expect.stringMatching(/in sink\(\): (memory|stack)/)});
    expect(await stopped(['deep recursion'])).toMatchObject({message: 'hostile stopped in deep(): stack overflow'});
  });
});

it('a tool that is not built is named, and no path is taken for a name', async () => {
  const {runTool} = await import('../../src/tools/run.ts');
  const run = (tool: string) => runTool({tool, args: []}, {disks: []});
  await expect(run('mke9fs')).rejects.toMatchObject({
    code: 'ERR_TOOL_MISSING',
    message: expect.stringContaining('npm run setup'),
  });
  await expect(run('../hostile')).rejects.toMatchObject({code: 'ERR_TOOL_MISSING'});
});

it('a thread that was prepared serves the next call, for that tool or another', async () => {
  const {prepareTool, runTool} = await import('../../src/tools/run.ts');
  prepareTool('hostile');
  prepareTool('hostile');
  expect((await hostile(['list'])).said).toEqual(['.', '..', 'tmp', 'dev', 0]);
  prepareTool('not built');
  prepareTool();
  expect((await hostile(['list'])).exitCode).toBe(0);
  prepareTool('hostile');
  await expect(runTool({tool: 'mke9fs', args: []}, {disks: []})).rejects.toMatchObject({code: 'ERR_TOOL_MISSING'});
});
