// SPDX-License-Identifier: GPL-2.0-only
// The port of the kernel stays small enough to be read, each file of it says what it is for, and addon/ reaches
// nothing of it but lkl_host.h. (What both sides may include by <...> is tested with that header.)
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const HOST_INTERFACE = 'lkl/include/lkl_host.h';
const MOST_LINES = 2500;

/** Paths below the repository. */
function files(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    (readdirSync(join(root, folder), {recursive: true}) as string[])
      .map((name) => join(folder, name))
      .filter((path) => !/\/(build|node_modules)\//.test(path) && statSync(join(root, path)).isFile()),
  );
}

const text = (path: string) => readFileSync(join(root, path), 'utf8');
const port = files('lkl/arch', 'lkl/include');

describe('the port', () => {
  it(`has at most ${MOST_LINES} lines`, () => {
    expect(port).toContain(HOST_INTERFACE);
    expect(port.length).toBeGreaterThan(40);
    const lines = port.reduce((sum, path) => sum + text(path).split('\n').length - 1, 0);
    expect(lines).toBeLessThanOrEqual(MOST_LINES);
  });

  it.each(port)('%s names its licence and its purpose', (path) => {
    const [licence, ...rest] = text(path).split('\n');
    expect(licence).toMatch(/^(\/\/|#|\/\*) SPDX-License-Identifier: GPL-2\.0(-only| WITH Linux-syscall-note)( |$)/);
    // A sentence, in one line or after the opening of a block.
    const purpose = rest[0] === '/*' ? rest[1] : rest[0];
    expect(purpose).toMatch(/^(\/\/|#|\/\*| \*) [\w"<].{10,}/);
  });
});

describe('addon/', () => {
  it('includes by "..." only files of its own, and lkl_host.h', () => {
    const sources = files('addon').filter((path) => /\.(cc|c|h)$/.test(path));
    const foreign = new Set<string>();
    let own = 0;
    for (const path of sources) {
      for (const [, name] of text(path).matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
        const target = relative(root, resolve(root, dirname(path), name!));
        if (sources.includes(target)) own++;
        else foreign.add(target);
      }
    }
    expect([...foreign]).toEqual([HOST_INTERFACE]);
    expect(own).toBeGreaterThan(50);
  });
});
