// SPDX-License-Identifier: GPL-2.0-only
// lkl_host.h is the whole contract between kernel and host: it compiles alone, and neither side includes the other's
// headers.
import {execFileSync, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const header = join(root, 'lkl/include/lkl_host.h');

/** Installed on every Linux host for programs: ioctl numbers of block devices. */
const USER_SPACE = ['<linux/fs.h>', '<linux/openat2.h>'];

function sources(folder: string, pattern: string): string[] {
  const found = execFileSync('find', [join(root, folder), '(', '-name', 'build', '-o', '-name', 'node_modules', ')', '-prune', '-o', '-type', 'f', '-regex', pattern, '-print'], {
    encoding: 'utf8',
  });
  return found.split('\n').filter(Boolean);
}

/** "file: what is included" for each #include of the files. */
function includes(files: string[]): {file: string; target: string}[] {
  return files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^\s*#\s*include(?:_next)?\s+([<"][^>"]+[>"])/gm)].map(([, target]) => ({file, target: target!})),
  );
}

describe('lkl_host.h', () => {
  it.each([
    ['C11', 'gcc', ['-x', 'c', '-std=c11']],
    ['C++17', 'g++', ['-x', 'c++', '-std=c++17']],
  ])('compiles alone as %s without a warning', (_, compiler, language) => {
    const {status, stderr} = spawnSync(compiler, [...language, '-Wall', '-Wextra', '-pedantic', '-Werror', '-fsyntax-only', '-'], {
      // Twice, for the include guard.
      input: `#include "${header}"\n#include "${header}"\n`,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('uses no type whose size depends on the host', () => {
    const code = readFileSync(header, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    expect(code.match(/\b(long|short|int|unsigned|size_t|off_t|bool|wchar_t)\b/g)).toBeNull();
  });
});

describe('the border between kernel and host', () => {
  it('lkl/ includes no header of a C library', () => {
    const found = includes(sources('lkl/arch', '.*\\.[chS]'));
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter(({target}) => !/^(?:<(?:linux|asm|asm-generic|uapi|generated|vdso|crypto|trace|kunit)\/|"|<(?:kunit)\/)/.test(target))).toEqual([]);
  });

  it('addon/ includes no header of the kernel but those of its user-space interface', () => {
    const found = includes(sources('addon', '.*\\.\\(cc\\|h\\|c\\)'));
    expect(found.length).toBeGreaterThan(20);
    const kernel = found.filter(({target}) => /^[<"](?:linux|asm|asm-generic|uapi|generated)\//.test(target) || target.includes('arch/lkl'));
    expect(kernel.filter(({target}) => !USER_SPACE.includes(target))).toEqual([]);
  });
});
