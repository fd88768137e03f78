// SPDX-License-Identifier: GPL-2.0-only
// Wrong arguments are a TypeError at once, not a promise; and without a kernel every call says what is missing.
import {createRequire} from 'node:module';
import {describe, expect, it} from 'vitest';
import {addon, addonPath, NR} from '../support/addon.mjs';

// Deliberately without types.
const loose = addon as unknown as Record<string, (...args: unknown[]) => unknown>;

describe('wrong arguments', () => {
  it.each([
    ['boot', []],
    ['boot', [{kernel: 'a\0b', memory: 1}]],
    ['boot', [{kernel: 'a', memory: -1}]],
    ['boot', [{kernel: 'a', memory: 1, commandLine: 5}]],
    ['attach', ['x', 'sideways']],
    ['attach', [5, 'overlay']],
    ['detach', ['x']],
    ['detach', [-1]],
    ['readDisk', [0, 5, new Uint8Array(1)]],
    ['readDisk', [0, 5n, 'x']],
    ['readDisk', [0, -1n, new Uint8Array(1)]],
    ['syscall', []],
    ['syscall', [-1, 1.5]],
    ['syscall', [-2, 1]],
    ['syscall', [-1, 1, {}]],
    ['syscall', [-1, 1, 1n << 70n]],
    ['syscall', [-1, 1, 'a\0b']],
    ['syscall', [-1, 1, 1, 2, 3, 4, 5, 6, 7]],
    ['readOnce', [-1, 0, 'x', 0]],
    ['readOnce', [-1, 0, new Uint8Array(1), -1]],
    ['list', [1, 2]],
    ['list', [-1, 2, true, 0]],
    ['copy', [0, null, [{}], {}]],
    ['copy', [0, null, 'x', {}]],
    ['copy', [0, null, [], 'x']],
    ['copy', [0, null, [], {}, 'x']],
    ['copy', [0, null, [{from: Buffer.from('a\0b'), to: Buffer.from('c')}], {}]],
    ['copy', [null, null, [], {}]],
    ['copy', [-1, null, [], {}]],
    ['copy', [undefined, null, [], {}]],
    ['copy', [0, null, [], {recursive: 'yes'}]],
    ['copy', [0, null, [], {existing: 'burn'}]],
    ['copy', [0, null, [], {names: 'short'}]],
    ['copy', [0, null, [], {uid: -1}]],
    ['copy', [0, null, [], {mapUid: [[0, 1000]]}]],
    ['copy', [0, null, [], {mapGid: [[0, 4294967290, 10]]}]],
    ['copy', [0, null, [], {exclude: 'x'}]],
    ['copy', [0, null, [], {stop: new Uint8Array(0)}]],
    ['copy', [0, null, [], {manifestOut: 'a\0b'}]],
    ['openTree', [0, [], {content: 1}]],
    ['readTree', [0]],
    ['closeTree', ['x']],
    ['createTree', [null, 'x', {}]],
    ['writeTree', [1, 'x']],
    ['finishTree', [-1]],
    ['crash', ['gently']],
  ])('%s(%o)', (name, args) => {
    expect(() => loose[name]!(...args)).toThrow(TypeError);
  });
});

describe('before boot', () => {
  it.each([
    ['attach', () => addon.attach('/dev/null', 'overlay')],
    ['detach', () => addon.detach(0)],
    ['readDisk', () => addon.readDisk(0, 0n, new Uint8Array(1))],
    ['syscall', () => addon.syscall(-1, NR.getpid)],
    ['readOnce', () => addon.readOnce(-1, 0, new Uint8Array(1), 0)],
    ['list', () => addon.list(-1, 0, false, 1)],
    ['copy', () => addon.copy(0, null, [], {})],
    ['openTree', () => addon.openTree(null, [], {})],
    ['createTree', () => addon.createTree(0, new Uint8Array(), {})],
    ['crash', () => addon.crash('panic')],
  ])('%s rejects', async (_, use) => {
    await expect(use()).rejects.toMatchObject({code: 'ERR_KDISK_NOT_BOOTED'});
  });

  it('the log is empty', () => expect(addon.kernelLog()).toBe(''));
});

describe('a second load of the module', () => {
  it('knows the same kernel, whose first boot decides', async () => {
    const require = createRequire(import.meta.url);
    delete require.cache[addonPath];
    const second: typeof addon = require(addonPath);
    expect(second).not.toBe(addon);
    const missing = {kernel: '/nonexistent', memory: 8 << 20};
    await expect(addon.boot(missing)).rejects.toMatchObject({code: 'ENOENT', path: '/nonexistent'});
    const other = second.boot({...missing, kernel: '/dev/null'});
    await expect(other).rejects.toMatchObject({code: 'ENOENT', path: '/nonexistent'});
    await expect(second.syscall(-1, NR.getpid)).rejects.toMatchObject({code: 'ENOENT'});
  });
});
