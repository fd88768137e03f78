// SPDX-License-Identifier: GPL-2.0-only
// What tools/compat adds to the C library, as a program sees it that was compiled as the tools are (shims.c).
import {execFileSync} from 'node:child_process';
import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {runTool} from '../../src/tools/run.ts';
import {closeDisk, type Disk, makeDisk} from '../support/tool-programs.ts';

const compiler = fileURLToPath(new URL('../../tools/build/base/bin/cc-strict', import.meta.url));
const source = fileURLToPath(new URL('shims.c', import.meta.url));

let disk: Disk;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shims-'));
  execFileSync(compiler, [source, '-o', join(folder, 'shims.wasm')]);
  process.env.KDISK_TOOLS = folder;
  disk = await makeDisk(1024 * 1024);
});

afterAll(() => closeDisk(disk));

it('is what programs for Linux expect', async () => {
  const disks = [{handle: disk.handle, size: disk.size, writable: true}];
  const {stdout, stderr, exitCode} = await runTool({tool: 'shims', args: []}, {disks});
  const said = Object.fromEntries(stdout.toString().trim().split('\n').map((line) => line.split(' ')).map(([name, value]) => [name, Number(value)]));
  expect(said).toEqual({
    longjmp: 7,
    // SIGUSR1 is 10, SIGUSR2 is 12.
    signals: 1012,
    ignored: 0,
    page: 4096,
    getpagesize: 4096,
    user: 0,
    thread: 42,
    fork: 1,
    wait: 1,
    mounts: 1,
    // From Python's os.makedev(0x12345, 0x6789a) and os.major(0x123000456789ab).
    device: 316661085455770,
    major: 1193865,
    random: 1,
    regular: 1,
    punch: 0,
    zeroes: 0,
    allocate: 1,
    lock: 0,
  });
  expect(stderr.toString()).toBe('shims: number 1: Input/output error\nended by signal 15\n');
  // As a shell reports SIGTERM.
  expect(exitCode).toBe(143);
});
