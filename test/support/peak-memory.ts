// SPDX-License-Identifier: GPL-2.0-only
// How much memory the program took at its highest, as the kernel counted it: by the bench's measuring program.
import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {tool} from './tools.ts';

const inRepository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Output goes to the file `output`. @returns MiB */
export function peakMemory(output: string, words: string[]): number {
  const measure = join(tmpdir(), 'measure');
  if (!existsSync(measure)) tool('gcc', ['-O2', '-o', measure, inRepository('bench/tools/measure.c')]);
  const program = [process.execPath, inRepository('bin/run.js'), ...words];
  const {stdout, stderr} = spawnSync(measure, [output, ...program], {encoding: 'utf8'});
  const [, kib, status] = stdout.trim().split(' ').map(Number);
  if (status !== 0) throw new Error(`kdisk ${words[0]} ended with ${status}: ${stderr}`);
  return kib! / 1024;
}
