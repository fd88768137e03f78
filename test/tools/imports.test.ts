// SPDX-License-Identifier: GPL-2.0-only
// What the built tools can ask for at all: nothing but our host, and no memory but what it makes.
import {readdirSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {makeMemory} from '../../src/tools/instance.ts';
import {toolPath} from '../../src/tools/run.ts';

const GiB = 1024 ** 3;
const folder = join(toolPath('e2fsck'), '..');
const tools = readdirSync(folder).filter((name) => name.endsWith('.wasm'));

describe.each(tools.map((name) => basename(name, '.wasm')))('%s', (tool) => {
  const bytes = readFileSync(toolPath(tool));
  const module = new WebAssembly.Module(bytes);

  it('imports functions of preview 1 and of kdisk, and its memory', () => {
    const others = WebAssembly.Module.imports(module).filter(
      ({module: space, kind}) => kind !== 'function' || !['wasi_snapshot_preview1', 'kdisk'].includes(space),
    );
    expect(others).toEqual([{module: 'env', name: 'memory', kind: 'memory'}]);
  });

  it('can be given 64 MiB to start with, and 4 GiB', () => {
    expect(makeMemory(bytes, 64 * 1024 ** 2).buffer.byteLength).toBeLessThanOrEqual(64 * 1024 ** 2);
    expect(() => makeMemory(bytes, 4 * GiB)).not.toThrow();
    expect(() => makeMemory(bytes, 1024)).toThrow('bytes of memory to start');
  });
});
