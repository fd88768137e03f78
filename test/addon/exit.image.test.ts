// SPDX-License-Identifier: GPL-2.0-only
// The process ends while the kernel is at work: at once, and with the status that was meant.
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {runChild, type ChildOptions} from '../support/child.ts';
import {largeFileImage} from '../support/large-file.ts';
import {sha256, temporaryDirectory} from '../support/tools.ts';

const directory = temporaryDirectory();
const image = largeFileImage(directory);

function leave(way: string, options: ChildOptions = {}) {
  return runChild('exit', [way, image, join(directory, way)], options);
}

describe('in the middle of a copy', () => {
  it('leaves with the status of process.exit()', async () => {
    const before = sha256(image);
    expect(await leave('exit')).toEqual({status: 3, signal: null, stdout: '', stderr: ''});
    // It really was under way.
    expect(existsSync(join(directory, 'exit'))).toBe(true);
    expect(sha256(image)).toBe(before);
  });

  it('reports an exception that nobody catches', async () => {
    const {status, signal, stderr} = await leave('uncaught');
    expect({status, signal}).toEqual({status: 1, signal: null});
    expect(stderr).toContain('Error: nobody catches this');
  });

  it('dies of SIGTERM', async () => {
    const run = await leave('signal', {onLine: (_, child) => child.kill('SIGTERM')});
    expect(run).toMatchObject({status: null, signal: 'SIGTERM', stderr: ''});
  });

  it('delivers SIGTERM to the handler of the program', async () => {
    const run = await leave('handled-signal', {onLine: (_, child) => child.kill('SIGTERM')});
    expect(run).toMatchObject({status: 42, signal: null, stderr: ''});
  });
});

describe('with a kernel that', () => {
  it('is idle: the process ends by itself', async () => {
    expect(await leave('idle')).toEqual({status: 0, signal: null, stdout: 'nothing left to do\n', stderr: ''});
  });

  it.each([
    ['waits in a call', 'pipe', 4],
    ['spins', 'spin', 5],
    ['has just died', 'crashed', 6],
  ])('%s', async (_, way, status) => {
    expect(await leave(way)).toEqual({status, signal: null, stdout: '', stderr: ''});
  });
});
