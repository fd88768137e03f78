// SPDX-License-Identifier: GPL-2.0-only
// How a contender is timed: a process of its own, by the C helper beside this file.
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const source = fileURLToPath(new URL('./measure.c', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'kdisk-bench-'));
process.on('exit', () => rmSync(directory, {recursive: true, force: true}));
const helper = join(directory, 'measure');
// Node would read all of these certificates at each start, which takes longer than the start itself.
const {NODE_EXTRA_CA_CERTS: _, ...environment} = process.env;
execFileSync('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', helper, source]);

/** @returns {{ms: number, rssMiB: number, output: () => string}} throws when the command fails */
export function measure(command, {keepOutput = false} = {}) {
  const file = keepOutput ? join(directory, 'output') : '/dev/null';
  const {stdout, stderr, status} = spawnSync(helper, [file, ...command], {encoding: 'utf8', env: environment});
  if (status !== 0) throw new Error(stderr);
  const [ns, kib, exit] = stdout.trim().split(' ').map(Number);
  if (exit !== 0) throw new Error(`${command.join(' ')} ended with ${exit}: ${stderr}`);
  return {ms: ns / 1e6, rssMiB: kib / 1024, output: () => readFileSync(file, 'utf8')};
}

/** True when the command is on the PATH. */
export function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** First line of what a program says of its version. */
export function versionOf(program, args) {
  const {stdout, stderr} = spawnSync(program, args, {encoding: 'utf8'});
  return `${stdout}${stderr}`.split('\n').find((line) => line.trim())?.trim() ?? 'unknown';
}
