// SPDX-License-Identifier: GPL-2.0-only
// Runs the program that makes a file system, on a disk that is open, and tells its failure in one line.
import {createHash} from 'node:crypto';
import {KdiskError} from '../../errors.ts';
import {sentenceSize} from '../../format/size.ts';
import {runTool, type ToolCall} from '../run.ts';
import type {Driver, Wish} from './types.ts';

export interface Making {
  handle: number;
  /** A tar archive for its standard input. */
  archive?: AsyncIterable<Uint8Array> | undefined;
  signal?: AbortSignal | undefined;
  onOutput?: ((stream: 'stdout' | 'stderr', chunk: Buffer) => void) | undefined;
}

/** What random numbers are made of, so that they are the same twice: 32 bytes. */
export function seedOf({uuid = '', timestamp}: Pick<Wish, 'uuid' | 'timestamp'>): Uint8Array {
  return createHash('sha256').update(`kdisk mkfs ${uuid.toLowerCase()} ${timestamp}`).digest();
}

/** How much of its words is kept for a message. */
const MOST_KEPT = 64 * 1024;

/** @throws KdiskError ERR_TOOL_FAILED when it ends with another code than 0, what the host said of the disk, ERR_TOOL_TRAP */
export async function make(driver: Driver, wish: Wish, making: Making): Promise<void> {
  await run(driver, wish, driver.call(wish), making);
  const after = driver.after?.(wish);
  if (after) await run(driver, wish, after, {...making, archive: undefined});
}

async function run(driver: Driver, wish: Wish, call: ToolCall, {handle, archive, signal, onOutput}: Making) {
  const {timestamp, size} = wish;
  const said = {stdout: '', stderr: ''};
  const {exitCode, diskError} = await runTool(call, {
    disks: [{handle, writable: true, size: BigInt(size)}],
    ...(archive ? {stdin: archive} : {}),
    ...(timestamp === undefined ? {} : {timestamp, seed: seedOf(wish)}),
    ...(signal ? {signal} : {}),
    onOutput(stream, chunk) {
      said[stream] = (said[stream] + chunk.toString()).slice(-MOST_KEPT);
      onOutput?.(stream, chunk);
    },
  });
  // Not all tools look at what their writes return.
  if (diskError) {
    const code = diskError.errno === 28 ? 'ENOSPC' : 'EIO';
    throw new KdiskError(code, `${code}: the host did not take all that ${call.tool} wrote`, {errno: -diskError.errno, syscall: 'write'});
  }
  if (exitCode === 0) return;
  const small = size < driver.least ? `; ${wish.type} needs ${sentenceSize(BigInt(driver.least))} at least` : '';
  throw new KdiskError('ERR_TOOL_FAILED', `${call.tool}: ${reason(said.stderr, said.stdout, exitCode, call.tool)}${small}`);
}

/** Words that announce a failure. */
const TELLING = /error|fail|cannot|can't|too |invalid|unknown|bad |illegal|not |must|unable|minimum/i;
/** Versions, hints and usages say nothing about the case. */
const IDLE = /^(?:usage|mke2fs \d|mkfs\.\w+ \d|exfatprogs version|see |for more|see also|btrfs-progs v|version|warning|info:|\/disk is not a block device)/i;

function reason(stderr: string, stdout: string, exitCode: number, tool: string): string {
  const lines = (text: string) =>
    text
      .split(/[\n\r]/)
      .map((line) => line.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '').trim())
      .filter((line) => line !== '' && !IDLE.test(line));
  for (const text of [stderr, stdout]) {
    const all = lines(text);
    const found = all.find((line) => TELLING.test(line)) ?? (text === stderr ? all.at(0) : undefined);
    if (found) return found.replace(new RegExp(`^(?:${tool}|/disk|ERROR|Error): ?`), '').replaceAll('/disk', 'the image');
  }
  return `it ended with ${exitCode}`;
}
