// SPDX-License-Identifier: GPL-2.0-only
// The kernel is one freestanding object that any loader of 150 lines can place: it asks for nothing by name.
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';

const kernel = fileURLToPath(new URL('../../lkl/build/kdisk-kernel.elf', import.meta.url));
const readelf = (...options: string[]) =>
  execFileSync('readelf', ['--wide', ...options, kernel], {encoding: 'utf8', maxBuffer: 1 << 28, env: {...process.env, LC_ALL: 'C'}});

const RELATIVE = ['R_X86_64_RELATIVE', 'R_AARCH64_RELATIV'];

describe('the kernel ELF', () => {
  it('has relocations of the kind RELATIVE only', () => {
    const kinds = [...readelf('--relocs').matchAll(/\bR_[A-Z0-9_]+/g)].map(([kind]) => kind);
    expect(kinds.length).toBeGreaterThan(1000);
    expect([...new Set(kinds)].filter((kind) => !RELATIVE.includes(kind))).toEqual([]);
  });

  it('has no undefined symbol', () => {
    const undefinedOnes = readelf('--dyn-syms', '--syms').split('\n').filter((line) => /\bUND\b/.test(line) && !/^\s*0:/.test(line));
    expect(undefinedOnes).toEqual([]);
  });

  it('needs no library, no interpreter and no thread-local storage', () => {
    expect(readelf('--dynamic')).not.toMatch(/\(NEEDED\)|\(TEXTREL\)/);
    const segments = readelf('--segments');
    expect(segments).toMatch(/Elf file type is DYN/);
    expect(segments).toMatch(/\bLOAD\b/);
    expect(segments).not.toMatch(/\bINTERP\b|\bTLS\b/);
  });

  it('knows no path of the machine that built it', () => {
    const home = process.env.HOME ?? '/root';
    expect(readFileSync(kernel).includes(`${home}/`)).toBe(false);
  });
});
