// SPDX-License-Identifier: GPL-2.0-only
// Standard output and error of the commands, written by descriptor: process.stdout would load Node's streams, which
// takes longer than listing a directory.
import {fstatSync, statSync, write, writeSync} from 'node:fs';
import {requireLate} from '../package-root.ts';
import {EXIT, failure} from './failure.ts';
import {throwIfStopped} from './writing.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

/** A reader that has gone away (`| head`) has all that it wanted. */
const EXIT_BROKEN_PIPE = 0;

let beforeExit: (() => Promise<number>) | undefined;

/** What must be done even when the output of a command ends the program; its result is an exit code, or 0. */
export function onExit(work: () => Promise<number>): void {
  beforeExit = work;
}

async function exit(code: number): Promise<never> {
  const failed = await beforeExit?.();
  process.exit(failed || code);
}

const later = () => new Promise((resolve) => setTimeout(resolve, 5));

function writeSome(bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    write(STDOUT, bytes, (error, written) => {
      if (!error) resolve(written);
      else if (error.code === 'EAGAIN') resolve(0);
      else reject(error);
    });
  });
}

/** Resolves when all of it is written; the file position and any pipe are respected. */
export async function writeOut(data: string | Uint8Array): Promise<void> {
  let rest = typeof data === 'string' ? Buffer.from(data) : data;
  while (rest.length > 0) {
    throwIfStopped();
    let written = 0;
    try {
      written = await writeSome(rest);
    } catch (error) {
      // Windows says EOF where others say EPIPE.
      if (['EPIPE', 'EOF'].includes((error as NodeJS.ErrnoException).code ?? '')) await exit(EXIT_BROKEN_PIPE);
      // Nothing that a command could still do would be seen.
      say(`kdisk: standard output: ${failure(error).message}`);
      await exit(EXIT.host);
    }
    // A pipe that someone else made non-blocking is full.
    if (written === 0) await later();
    rest = rest.subarray(written);
  }
}

/** Output in few writes, without keeping all of it. */
export class Page {
  private pieces: Uint8Array[] = [];
  private size = 0;

  async add(piece: Uint8Array): Promise<void> {
    this.pieces.push(piece);
    this.size += piece.length;
    if (this.size >= 64 * 1024) await this.flush();
  }

  async flush(): Promise<void> {
    const whole = Buffer.concat(this.pieces);
    this.pieces = [];
    this.size = 0;
    await writeOut(whole);
  }
}

/** One line of talk; a closed stderr is no reason to stop. */
export function say(line: string): void {
  try {
    writeSync(STDERR, line + '\n');
  } catch {
    // nobody listens
  }
}

/** What another program says there, as it is. */
export function writeError(bytes: Uint8Array): void {
  try {
    writeSync(STDERR, bytes);
  } catch {
    // nobody listens
  }
}

function isTerminal(descriptor: number): boolean {
  try {
    // Asked first because the module takes milliseconds to load: files, pipes and /dev/null are no terminals.
    const stats = fstatSync(descriptor);
    if (!stats.isCharacterDevice() || stats.rdev === statSync('/dev/null', {throwIfNoEntry: false})?.rdev) return false;
  } catch {
    return false;
  }
  return (requireLate('node:tty') as typeof import('node:tty')).isatty(descriptor);
}

let terminal: boolean | undefined;

export function stdoutIsTerminal(): boolean {
  terminal ??= isTerminal(STDOUT);
  return terminal;
}

export function stdinIsTerminal(): boolean {
  return isTerminal(STDIN);
}

export function stderrIsTerminal(): boolean {
  return isTerminal(STDERR);
}

/** Columns of the terminal, or of COLUMNS in the environment. */
export function terminalWidth(): number {
  return Number(process.env.COLUMNS) || (stdoutIsTerminal() ? process.stdout.columns : 0) || 80;
}
