// SPDX-License-Identifier: GPL-2.0-only
// Runs test/tools/hostile.c in the sandbox of tools, and other programs on small disks.
import {execFileSync} from 'node:child_process';
import {mkdtempSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {DiskMode} from '../../addon/index.d.ts';
import {binding} from '../../src/binding.ts';
import {runTool, type ToolOptions, type ToolResult} from '../../src/tools/run.ts';

const source = fileURLToPath(new URL('../tools/hostile.c', import.meta.url));

const COMPILER = ['--target=wasm32', '-O1', '-ffreestanding', '-Wall', '-Wextra', '-Werror', '-c'];
/** As the tools are linked (tools/clang.cfg). Without -O: it would make clang run a wasm-opt, if there is one. */
const LINKER = [
  ...['--target=wasm32', '-nostdlib', '-Wl,-z,stack-size=8388608'],
  ...['import-memory', 'max-memory=4294967296', 'no-entry', 'stack-first'].map((flag) => `-Wl,--${flag}`),
];

/** Compiles it into a directory of its own, and makes that the place of all tools for this process. */
export function buildHostile(): void {
  const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  const object = join(folder, 'hostile.o');
  execFileSync('clang-19', [...COMPILER, source, '-o', object]);
  execFileSync('clang-19', [...LINKER, object, '-o', join(folder, 'hostile.wasm')]);
  process.env.KDISK_TOOLS = folder;
}

export interface Disk {
  path: string;
  handle: number;
  size: bigint;
}

/** A sparse image, open. */
export async function makeDisk(size: number, mode: DiskMode = 'read-write'): Promise<Disk> {
  const path = join(mkdtempSync(join(tmpdir(), 'tool-')), 'disk.img');
  writeFileSync(path, '');
  truncateSync(path, size);
  return {path, ...(await binding().openDisk(path, mode))};
}

export const closeDisk = ({handle}: Disk): Promise<void> => binding().closeDisk(handle);

export interface HostileOptions extends Partial<Omit<ToolOptions, 'disks'>> {
  disk?: Disk;
  writable?: boolean;
  files?: Record<string, string>;
  env?: Record<string, string>;
}

/** @returns the result, and what it said: numbers for numbers, text for the rest */
export async function hostile(
  words: string[],
  {disk, writable = true, files = {}, env = {}, ...options}: HostileOptions = {},
): Promise<ToolResult & {said: (number | string)[]}> {
  const disks = disk ? [{handle: disk.handle, size: disk.size, writable}] : [];
  const result = await runTool({tool: 'hostile', args: words, files, env}, {disks, ...options});
  const lines = result.stdout.toString().split('\n').filter(Boolean);
  return {...result, said: lines.map((line) => (/^\d+$/.test(line) ? Number(line) : line))};
}
