// SPDX-License-Identifier: GPL-2.0-only
// One run of a checker on an open disk, with what it found.
import {describeErrno} from '../../errno.ts';
import {KdiskError} from '../../errors.ts';
import {sentenceSize} from '../../format/size.ts';
import type {FsckOptions, FsckPass} from '../../fsck.ts';
import {runTool} from '../run.ts';
import {BITS, type Step, type ToolDriver, type Verdict} from './driver.ts';
import {Collected, Lines} from './findings.ts';

export interface Run {
  name: FsckPass['step'];
  step: Step;
  /** Instead of those of the driver. */
  args?: readonly string[];
  force: boolean;
  writable: boolean;
}

export interface Found extends Verdict {
  collected: Collected;
  pass: FsckPass;
}

export interface OpenDisk {
  handle: number;
  size: bigint;
}

/** Lines that go to whoever wants the output: all but those that were asked for to show progress. */
const PROGRESS_LINE = /^\d+ \d+ \d+ \S+\n/gm;

/** @param label of the file system */
export async function runPass(
  driver: ToolDriver,
  {handle, size}: OpenDisk,
  {name, step, args, force, writable}: Run,
  label: string | undefined,
  options: FsckOptions,
): Promise<Found> {
  const {onOutput, onProgress, memory, signal, native = [], repair} = options;
  const collected = new Collected((state) => onProgress?.({step: name, ...state}));
  const reader = driver.read(step, collected, label);
  const lines = {
    stdout: new Lines((line) => reader.line(line, 'stdout')),
    stderr: new Lines((line) => reader.line(line, 'stderr')),
  };
  const progress = onProgress !== undefined;
  // Options for a repair are none for the checks around it.
  const around = step === 'check' && (repair ?? 'none') !== 'none' && driver.readOnly === undefined;
  const start = performance.now();
  const result = await runTool(
    {
      tool: driver.tool,
      args: [...(args ?? driver.arguments(step, {force, progress, native: around ? [] : native}))],
      env: {PATH: '/sbin', LC_ALL: 'C', TZ: 'UTC0', TERM: 'dumb'},
    },
    {
      disks: [{handle, size, writable}],
      ...(step === 'ask' ? {stdin: 'terminal'} : driver.input === undefined ? {} : {stdin: Buffer.from(driver.input)}),
      ...(signal ? {signal} : {}),
      ...(memory === undefined ? {} : {memory}),
      onOutput(stream, chunk) {
        lines[stream].add(chunk);
        // Who is asked questions sees those, and not the check that follows.
        if (!onOutput || (repair === 'ask' && step !== 'ask')) return;
        const text = chunk.toString('latin1');
        const shown = progress && stream === 'stderr' ? text.replace(PROGRESS_LINE, '') : text;
        if (shown !== '') onOutput(stream, Buffer.from(shown, 'latin1'));
      },
    },
  );
  lines.stdout.end();
  lines.stderr.end();
  const {exitCode, diskError, outOfMemory} = result;
  if (diskError && diskError.step !== 'discard') {
    const {code, text} = describeErrno(-diskError.errno);
    throw new KdiskError(code, `${code}: ${text}, ${diskError.step} by ${driver.title}`, {errno: -diskError.errno});
  }
  const verdict = reader.end(exitCode);
  const pass = {step: name, exitCode, problems: collected.count, ms: Math.round(performance.now() - start)};
  const failed = (verdict.bits & BITS.operational) !== 0;
  const reason =
    outOfMemory && failed ? `it needs more than ${sentenceSize(BigInt(result.memory))} of memory` : verdict.reason;
  return {...verdict, ...(reason === undefined ? {} : {reason}), collected, pass};
}
